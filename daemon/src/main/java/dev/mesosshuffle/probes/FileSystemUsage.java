package dev.mesosshuffle.probes;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How full a file system is. Files need both bytes and inodes, and either can be used up while the other is plentiful.
 *
 * @param device identifies the file system
 * @param freeBytes the bytes that this user may still use
 * @param totalBytes its size
 * @param inodes how many files it may hold
 */
public record FileSystemUsage(long device, long freeBytes, long totalBytes, Inodes inodes) {
    /**
     * How many files a file system may hold.
     *
     * @param free how many more files can be created
     * @param total how many files can exist; 0 if there is no such limit, or it is unknown
     */
    public record Inodes(long free, long total) {
        /** No limit, or an unknown one. */
        public static final Inodes UNKNOWN = new Inodes(0, 0);

        /**
         * Returns whether there is a known limit.
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
            // No failure of the disk: the JDK searches for it among the mounts, which not every container shows.
            File file = root.toFile();
            return new FileSystemUsage(device, file.getUsableSpace(), file.getTotalSpace(), inodes);
        }
    }
}
