package dev.mesosshuffle.host;

import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures the files of one directory, following no link, as far down as shuffle files lie. */
public final class TreeSize {
    private static final Logger logger = LoggerFactory.getLogger(TreeSize.class);

    private static final int MAX_DEPTH = 4;

    private TreeSize() {}

    /**
     * Measures a local dir.
     *
     * @param dir the dir; one that does not exist is empty
     * @param stopped is polled before each file; once true, the rest is not counted
     * @return bytes; fewer than there are if files are deleted meanwhile, lie deeper, or are not accessible
     * @throws IOException if it is reached through a link
     */
    public static long of(LocalDir dir, BooleanSupplier stopped) throws IOException {
        Path above = Objects.requireNonNullElse(dir.path().getParent(), dir.root());
        try (SecureDirectoryStream<Path> parent = SecureDirectories.open(dir.root(), above)) {
            return of(parent, dir.path().getFileName(), dir.path(), stopped);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * Measures a directory.
     *
     * @param parent the open directory that holds it
     * @param name its name there
     * @param path its path, for messages
     * @param stopped is polled before each file, and may pause; once true, the rest is not counted
     * @return bytes; fewer than there are if files are deleted meanwhile, lie deeper, or are not accessible
     */
    public static long of(SecureDirectoryStream<Path> parent, Path name, Path path, BooleanSupplier stopped) {
        return of(parent, name, path, stopped, 0);
    }

    private static long of(
            SecureDirectoryStream<Path> parent, Path name, Path path, BooleanSupplier stopped, int depth) {
        long bytes = 0;
        try (SecureDirectoryStream<Path> dir = SecureDirectories.openChild(parent, name, path)) {
            for (Path entry : dir) {
                if (stopped.getAsBoolean()) {
                    return bytes;
                }
                Path entryName = entry.getFileName();
                BasicFileAttributes attributes = SecureDirectories.attributes(dir, entryName);
                if (attributes != null && attributes.isRegularFile()) {
                    bytes += attributes.size();
                } else if (attributes != null && attributes.isDirectory() && depth < MAX_DEPTH) {
                    bytes += of(dir, entryName, path.resolve(entryName), stopped, depth + 1);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It was deleted meanwhile, or is not accessible: its deletion will report the reason.
            logger.debug("Cannot measure all of {}", path, e);
        }
        return bytes;
    }
}
