package dev.mesosshuffle.probes;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How full a file system is. Files need both bytes and inodes, and either can be used up while there is plenty of the other.
 *
 * @param device tells file systems apart
 * @param freeBytes what this user may still use
 * @param totalBytes its size
 * @param inodes how many files there may be
 */
public record FileSystemUsage(long device, long freeBytes, long totalBytes, Inodes inodes) {
    /**
     * How many files a file system may hold.
     *
     * @param free how many more there may be
     * @param total how many there may be in all; 0 if it has no such limit, or that cannot be told
     */
    public record Inodes(long free, long total) {
        /** Of a file system without such a limit, or one whose limit is not known. */
        public static final Inodes UNKNOWN = new Inodes(0, 0);

        /**
         * Tells whether there is a limit that is known.
         *
         * @return whether there is
         */
        public boolean isKnown() {
            return total > 0;
        }
    }

    static FileSystemUsage of(Path root, Inodes inodes) throws IOException {
        long device = (Long) Files.getAttribute(root, "unix:dev");
        try {
            FileStore store = Files.getFileStore(root);
            return new FileSystemUsage(device, store.getUsableSpace(), store.getTotalSpace(), inodes);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            // No fault of the disk: the JDK wants to find it among the mounts, which not every container shows.
            File file = root.toFile();
            return new FileSystemUsage(device, file.getUsableSpace(), file.getTotalSpace(), inodes);
        }
    }
}
