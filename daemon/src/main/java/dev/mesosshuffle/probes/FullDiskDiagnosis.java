package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells why nothing more can be written to a disk, in words that name what has been used up and what to do about it. */
public final class FullDiskDiagnosis {
    private static final Logger logger = LoggerFactory.getLogger(FullDiskDiagnosis.class);

    /** What a few small files need. */
    private static final long FEW_BYTES = 64 << 10;

    private static final long FEW_FILES = 4;

    private FullDiskDiagnosis() {}

    /**
     * Looks at the file system of a dir. Works on the disk.
     *
     * @param dir a dir that something could not be written to
     * @return what there is none left of, and what to do; null if that is not the reason, or cannot be told
     */
    public static @Nullable String of(Path dir) {
        try {
            return of(RootSnapshot.of(dir, InodeCounter.asking(System::nanoTime)::count)
                    .usage());
        } catch (IOException e) {
            logger.debug("The space of {} cannot be looked at", dir, e);
            return null;
        }
    }

    static @Nullable String of(FileSystemUsage usage) {
        FileSystemUsage.Inodes inodes = usage.inodes();
        if (inodes.isKnown() && inodes.free() < FEW_FILES) {
            return "its file system has no inodes left (" + inodes.free() + " of " + inodes.total()
                    + "), so that no file can be made, however much space is free: delete some files there";
        }
        if (usage.freeBytes() < FEW_BYTES) {
            return "its file system has no space left (" + usage.freeBytes() + " of " + usage.totalBytes()
                    + " bytes): make room there";
        }
        return null;
    }
}
