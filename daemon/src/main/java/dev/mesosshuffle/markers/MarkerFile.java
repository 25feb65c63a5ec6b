package dev.mesosshuffle.markers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** A short text in a directory that others may write to. Opens regular files only, and follows no link. */
final class MarkerFile {
    private static final int MAX_BYTES = 4096;

    private MarkerFile() {}

    /**
     * Reads a whole file.
     *
     * @throws NoSuchFileException if there is none
     * @throws IOException if it is not a short regular file, or cannot be read
     */
    static String read(Path file) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
            throw new IOException("it is no regular file of at most " + MAX_BYTES + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until its end.
            }
        }
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }

    /** Writes a file, in place if it exists. One that is half written cannot be parsed, and is written again. */
    static void write(Path file, String text) throws IOException {
        try (FileChannel channel = open(file)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            int length = bytes.remaining();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.truncate(length);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                throw new IOException(file + " is no regular file");
            }
            return FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            createDir(file.resolveSibling(""));
            return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        }
    }

    /** Creates no directory above it: a root that does not exist must not be created by this service. */
    private static void createDir(Path dir) throws IOException {
        if (!Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }
}
