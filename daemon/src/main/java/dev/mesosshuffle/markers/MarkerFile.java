package dev.mesosshuffle.markers;

import dev.mesosshuffle.host.SecureDirectories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * A short text in a directory below a root, to which others may write. Works through the open directory, which must be of
 * this user or root, and writable by nobody else, so that nothing is exchanged between a check and its use: a link would
 * make this service write elsewhere, and a pipe would make it wait.
 */
final class MarkerFile {
    private static final int MAX_BYTES = 4096;
    private static final FileAttribute<Set<PosixFilePermission>> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWN_DIR =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private MarkerFile() {}

    /**
     * Reads a whole file.
     *
     * @throws NoSuchFileException if there is none
     * @throws IOException if it is not a short regular file of this user or root, or cannot be read
     */
    static String read(Path file) throws IOException {
        try (SecureDirectoryStream<Path> dir = openDir(file)) {
            check(attributes(dir, file));
            ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
            Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            try (SeekableByteChannel channel = dir.newByteChannel(file.getFileName(), options)) {
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                    // Until its end.
                }
            }
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        }
    }

    /** Writes a file, in place if it exists. One that is half written cannot be parsed, and is written again. */
    static void write(Path file, String text) throws IOException {
        createDir(file.resolveSibling(""));
        try (SecureDirectoryStream<Path> dir = openDir(file);
                SeekableByteChannel channel = openToWrite(dir, file)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            int length = bytes.remaining();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.truncate(length);
        }
    }

    private static SeekableByteChannel openToWrite(SecureDirectoryStream<Path> dir, Path file) throws IOException {
        try {
            check(attributes(dir, file));
        } catch (NoSuchFileException e) {
            return dir.newByteChannel(
                    file.getFileName(), Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), OWN_FILE);
        }
        return dir.newByteChannel(file.getFileName(), Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    private static SecureDirectoryStream<Path> openDir(Path file) throws IOException {
        Path path = file.resolveSibling("");
        SecureDirectoryStream<Path> dir = SecureDirectories.open(path.resolveSibling(""), path);
        boolean isTrusted = false;
        try {
            PosixFileAttributes attributes =
                    dir.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
            checkOwner(attributes);
            if (attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                    || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IOException("its directory can be written to by other users (expected: mode rwx------)");
            }
            isTrusted = true;
            return dir;
        } finally {
            if (!isTrusted) {
                dir.close();
            }
        }
    }

    private static PosixFileAttributes attributes(SecureDirectoryStream<Path> dir, Path file) throws IOException {
        return dir.getFileAttributeView(file.getFileName(), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static void check(PosixFileAttributes attributes) throws IOException {
        if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
            throw new IOException("it is no regular file of at most " + MAX_BYTES + " bytes");
        }
        checkOwner(attributes);
    }

    private static void checkOwner(PosixFileAttributes attributes) throws IOException {
        UserPrincipal owner = attributes.owner();
        if (!owner.equals(Files.getOwner(Path.of("/proc/self"))) && !owner.equals(root())) {
            throw new IOException((attributes.isDirectory() ? "its directory" : "it") + " belongs to another user, "
                    + owner.getName() + " (expected: this service's or root)");
        }
    }

    private static UserPrincipal root() throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
    }

    /** Creates no directory above it: a root that does not exist must not be created by this service. */
    private static void createDir(Path dir) throws IOException {
        if (Files.notExists(dir, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(dir, OWN_DIR);
        }
    }
}
