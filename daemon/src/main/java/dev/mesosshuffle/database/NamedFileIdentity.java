package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The identity of the file that a path leads to. As long as a process has that file open, no other one can have the same.
 *
 * @param device the file system
 * @param inode the file in it
 */
public record NamedFileIdentity(long device, long inode) {
    /**
     * Inspects a path. Opens nothing: closing a database's file would release SQLite's locks on it.
     *
     * @return null if there is no file
     * @throws IOException if the path cannot be inspected
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
        throw new IOException("this file system has no inode numbers");
    }
}
