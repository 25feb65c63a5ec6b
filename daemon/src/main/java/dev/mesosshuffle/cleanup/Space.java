package dev.mesosshuffle.cleanup;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much space a file system has.
 *
 * @param device tells file systems apart
 * @param freeBytes what this user may still use
 * @param totalBytes its size
 */
record Space(long device, long freeBytes, long totalBytes) {
    /** Of the bytes that must be free, how many percent are enough to be done with being short of space. */
    private static final int AMPLE_PERCENT = 125;

    static Space of(Path root) throws IOException {
        FileStore store = Files.getFileStore(root);
        return new Space((Long) Files.getAttribute(root, "unix:dev"), store.getUsableSpace(), store.getTotalSpace());
    }

    boolean isShort(int minFreePercent) {
        return freeBytes < limit(minFreePercent);
    }

    boolean isAmple(int minFreePercent) {
        return freeBytes >= limit(minFreePercent) * AMPLE_PERCENT / 100;
    }

    private double limit(int minFreePercent) {
        return totalBytes / 100.0 * minFreePercent;
    }
}
