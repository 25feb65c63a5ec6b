package dev.mesosshuffle.probes;

import dev.mesosshuffle.logging.HumanReadable;

/**
 * The free share of a file system, in bytes and in inodes. New files need both, so the smaller share decides.
 *
 * @param usage the numbers
 */
public record FileStoreSpace(FileSystemUsage usage) {
    /** The pressure ends once this many percent of the minimum are free. */
    private static final int RECOVERED_PERCENT = 125;

    private static final double ALL = 100.0;

    /** Identifies the file system. */
    public long device() {
        return usage.device();
    }

    /** Returns whether less than a share is free. */
    public boolean isShort(int minFreePercent) {
        return freePercent() < minFreePercent;
    }

    /** Returns whether so much more than a share is free that the pressure has ended. */
    public boolean isRecovered(int minFreePercent) {
        return freePercent() >= minFreePercent * RECOVERED_PERCENT / ALL;
    }

    private double freePercent() {
        return Math.min(bytesPercent(), inodesPercent());
    }

    private double bytesPercent() {
        return usage.totalBytes() == 0 ? ALL : ALL * usage.freeBytes() / usage.totalBytes();
    }

    private double inodesPercent() {
        FileSystemUsage.Inodes inodes = usage.inodes();
        return inodes.isKnown() ? ALL * inodes.free() / inodes.total() : ALL;
    }

    /** Describes the scarcer of the two, for operators. */
    public String described() {
        return inodesPercent() < bytesPercent()
                ? usage.inodes().free() + " of " + usage.inodes().total()
                        + " inodes, the number of files that can exist,"
                : HumanReadable.bytes(usage.freeBytes()) + " of " + HumanReadable.bytes(usage.totalBytes());
    }
}
