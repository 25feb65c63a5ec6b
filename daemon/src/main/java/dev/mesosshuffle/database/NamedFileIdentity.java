package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which file a path leads to. As long as somebody has that file open, no other one can have the same identity.
 *
 * @param device the file system
 * @param inode the file in it
 */
public record NamedFileIdentity(long device, long inode) {
    /**
     * Looks at a path. Opens nothing: to close a database's file would drop SQLite's locks on it.
     *
     * @return null if nothing is there
     * @throws IOException if that cannot be told
     */
    public static @Nullable NamedFileIdentity of(Path path) throws IOException {
        try {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino");
            return new NamedFileIdentity(number(attributes.get("dev")), number(attributes.get("ino")));
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            Path parent = path.getParent();
            if (parent != null && Files.exists(parent) && !Files.isDirectory(parent)) {
                return null;
            }
            throw e;
        }
    }

    private static long number(@Nullable Object value) throws IOException {
        if (value instanceof Long number) {
            return number;
        }
        throw new IOException("this file system does not number its files");
    }
}
