package dev.mesosshuffle.probes;

import dev.mesosshuffle.logging.HumanReadable;

/**
 * How much space a file system has, in bytes and in inodes: new files need both, so the smaller share decides.
 *
 * @param usage what was seen
 */
public record FileStoreSpace(FileSystemUsage usage) {
    /** Of what must be free, how many percent are enough to be done with being short of space. */
    private static final int AMPLE_PERCENT = 125;

    private static final double ALL = 100.0;

    public long device() {
        return usage.device();
    }

    public boolean isShort(int minFreePercent) {
        return freePercent() < minFreePercent;
    }

    public boolean isAmple(int minFreePercent) {
        return freePercent() >= minFreePercent * AMPLE_PERCENT / ALL;
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

    /** What is free of that which there is less of, for people. */
    public String described() {
        return inodesPercent() < bytesPercent()
                ? usage.inodes().free() + " of " + usage.inodes().total()
                        + " inodes, which is how many files there may be,"
                : HumanReadable.bytes(usage.freeBytes()) + " of " + HumanReadable.bytes(usage.totalBytes());
    }
}
