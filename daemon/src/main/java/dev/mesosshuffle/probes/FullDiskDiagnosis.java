package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Explains why a disk cannot be written to: names what is used up, and what to do. */
public final class FullDiskDiagnosis {
    private static final Logger logger = LoggerFactory.getLogger(FullDiskDiagnosis.class);

    /** The size of a few small files. */
    private static final long FEW_BYTES = 64 << 10;

    private static final long FEW_FILES = 4;

    private FullDiskDiagnosis() {}

    /**
     * Checks the file system of a directory. Works on the disk.
     *
     * @param dir a directory that something could not be written to
     * @return what is used up, and what to do; null if that is not the reason, or it cannot be determined
     */
    public static @Nullable String of(Path dir) {
        try {
            return of(RootSnapshot.of(dir, InodeCounter.usingStat(System::nanoTime)::count)
                    .usage());
        } catch (IOException e) {
            logger.debug("The free space of {} cannot be read", dir, e);
            return null;
        }
    }

    static @Nullable String of(FileSystemUsage usage) {
        FileSystemUsage.Inodes inodes = usage.inodes();
        if (inodes.isKnown() && inodes.free() < FEW_FILES) {
            return "its file system has no inodes left (" + inodes.free() + " of " + inodes.total()
                    + "), so that no file can be created, however much space is free: delete some files there";
        }
        if (usage.freeBytes() < FEW_BYTES) {
            return "its file system has no space left (" + usage.freeBytes() + " of " + usage.totalBytes()
                    + " bytes): free some space there";
        }
        return null;
    }
}
