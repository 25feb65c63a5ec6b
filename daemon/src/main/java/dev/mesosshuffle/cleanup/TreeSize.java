package dev.mesosshuffle.cleanup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.BooleanSupplier;

/** Adds up the files of one dir, following no link, as far down as shuffle files lie. */
final class TreeSize {
    private static final int MAX_DEPTH = 4;

    private TreeSize() {}

    /**
     * Adds up file sizes.
     *
     * @param parent the open dir that the dir lies in
     * @param name its name there
     * @param path its path, for messages
     * @param stopped asked before each file; once true, the rest is not counted
     * @return bytes; less than there are if files go meanwhile or lie deeper
     */
    static long of(SecureDirectoryStream<Path> parent, Path name, Path path, BooleanSupplier stopped)
            throws IOException {
        return of(parent, name, path, stopped, 0);
    }

    private static long of(SecureDirectoryStream<Path> parent, Path name, Path path, BooleanSupplier stopped, int depth)
            throws IOException {
        long bytes = 0;
        try (SecureDirectoryStream<Path> dir = SecureDirs.openChild(parent, name, path)) {
            for (Path entry : dir) {
                Path entryName = entry.getFileName();
                BasicFileAttributes attributes = SecureDirs.attributes(dir, entryName);
                if (attributes == null || stopped.getAsBoolean()) {
                    continue;
                }
                if (attributes.isRegularFile()) {
                    bytes += attributes.size();
                } else if (attributes.isDirectory() && depth < MAX_DEPTH) {
                    bytes += of(dir, entryName, path.resolve(entryName), stopped, depth + 1);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            // It went meanwhile: nothing of it waits.
        }
        return bytes;
    }
}
