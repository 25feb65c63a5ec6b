package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens dirs so that what is done in them cannot be turned elsewhere: the root by its path, everything below it one name
 * at a time, relative to the open dir above, following no link. What is renamed or replaced meanwhile changes where an
 * open dir hangs, never which dir it is. Every name given to a stream is a single one; a longer path would be resolved
 * by the kernel, links and all.
 */
public final class SecureDirectories {
    /** How the JDK spells a file key on Unix, the one way to learn the device of an open dir. */
    private static final Pattern fileKey = Pattern.compile("\\(dev=([0-9a-f]+),ino=[0-9]+\\)");

    private SecureDirectories() {}

    /**
     * Opens a dir at or below a root.
     *
     * @param root the root, a real path
     * @param dir the root itself or a path below it
     * @throws NoSuchFileException if the dir or one above it is not there
     * @throws NotADirectoryException if the dir or one above it, below the root, is a link or a file
     */
    public static SecureDirectoryStream<Path> open(Path root, Path dir) throws IOException {
        SecureDirectoryStream<Path> current = openRoot(root);
        if (dir.equals(root)) {
            return current;
        }
        Path shown = root;
        for (Path name : root.relativize(dir)) {
            shown = shown.resolve(name);
            // The dir above is needed only to open the next, so that depth costs no descriptors.
            try (SecureDirectoryStream<Path> above = current) {
                current = openChild(above, name, shown);
            }
        }
        return current;
    }

    @SuppressWarnings("StreamResourceLeak") // It is the caller's to close, like the result of open().
    private static SecureDirectoryStream<Path> openRoot(Path root) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(root);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(root + ": files cannot be deleted safely here (expected: Linux)");
    }

    /**
     * Opens a dir in another.
     *
     * @param name its name in that dir
     * @param shown its path, for messages
     */
    public static SecureDirectoryStream<Path> openChild(SecureDirectoryStream<Path> above, Path name, Path shown)
            throws IOException {
        BasicFileAttributes attributes = attributes(above, name);
        if (attributes == null) {
            throw new NoSuchFileException(shown.toString());
        }
        // Opening what is no dir could wait for the other end of a pipe. A link that takes the name's place after this
        // look is not opened either: NOFOLLOW_LINKS sees to that.
        if (!attributes.isDirectory()) {
            throw new NotADirectoryException(shown, attributes);
        }
        return above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    }

    /** Looks at a name in a dir, not at what it links to; null if there is none. */
    public static @Nullable BasicFileAttributes attributes(SecureDirectoryStream<Path> dir, Path name)
            throws IOException {
        try {
            return dir.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Tells which device an open dir lies on. */
    public static long device(SecureDirectoryStream<Path> dir) throws IOException {
        return device(attributes(dir));
    }

    /** Looks at an open dir itself. */
    public static BasicFileAttributes attributes(SecureDirectoryStream<Path> dir) throws IOException {
        return dir.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
    }

    private static long device(BasicFileAttributes attributes) throws IOException {
        String key = String.valueOf(attributes.fileKey());
        Matcher matcher = fileKey.matcher(key);
        if (!matcher.matches()) {
            throw new IOException("file key: " + key + " (expected: " + fileKey + ", as Java 17 to 25 have it)");
        }
        return Long.parseUnsignedLong(matcher.group(1), 16);
    }
}
