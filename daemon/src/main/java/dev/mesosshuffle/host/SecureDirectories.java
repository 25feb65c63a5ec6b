package dev.mesosshuffle.host;

import java.io.IOException;
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
 * Opens directories so that work in them cannot be redirected: the root by its path, everything below it one name at a
 * time, relative to the open directory above, following no link. A rename meanwhile changes the path of an open directory,
 * never which directory it is. Every name passed to a stream is a single one; a longer path would be resolved by the
 * kernel, including links.
 */
public final class SecureDirectories {
    /** The JDK's text of a file key on Unix, the only way to get the device of an open directory. */
    private static final Pattern FILE_KEY = Pattern.compile("\\(dev=([0-9a-f]+),ino=[0-9]+\\)");

    private SecureDirectories() {}

    /**
     * Opens a directory at or below a root.
     *
     * @param root the root, a real path
     * @param dir the root itself or a path below it
     * @throws NoSuchFileException if it or one above it does not exist
     * @throws NotADirectoryException if it or one above it, below the root, is a link or a file
     */
    public static SecureDirectoryStream<Path> open(Path root, Path dir) throws IOException {
        return openBelow(RegularFiles.openDirectory(root), root, dir);
    }

    /** The same, with the root opened in a certain way, and what is below it by that of the root. */
    static SecureDirectoryStream<Path> open(FileOpening way, Path root, Path dir) throws IOException {
        return openBelow(way.openDirectory(root), root, dir);
    }

    private static SecureDirectoryStream<Path> openBelow(SecureDirectoryStream<Path> openRoot, Path root, Path dir)
            throws IOException {
        SecureDirectoryStream<Path> current = openRoot;
        if (dir.equals(root)) {
            return current;
        }
        Path shown = root;
        for (Path name : root.relativize(dir)) {
            shown = shown.resolve(name);
            // The directory above is needed only to open the next, so that depth costs no descriptors.
            try (SecureDirectoryStream<Path> above = current) {
                current = openChild(above, name, shown);
            }
        }
        return current;
    }

    /**
     * Opens a directory in another.
     *
     * @param name its name in that directory
     * @param shown its path, for messages
     */
    public static SecureDirectoryStream<Path> openChild(SecureDirectoryStream<Path> above, Path name, Path shown)
            throws IOException {
        BasicFileAttributes attributes = attributes(above, name);
        if (attributes == null) {
            throw new NoSuchFileException(shown.toString());
        }
        // Tells what else it is. What replaces the directory after this check is not opened either: no link, and, where
        // the kernel's calls are to be had, no FIFO, which would wait for its other end.
        if (!attributes.isDirectory()) {
            throw new NotADirectoryException(shown, attributes);
        }
        if (above instanceof DescriptorDirectory directory) {
            return directory.openChild(name, shown);
        }
        return above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the attributes of a name in a directory, not those of a link's target; null if it does not exist. */
    public static @Nullable BasicFileAttributes attributes(SecureDirectoryStream<Path> dir, Path name)
            throws IOException {
        try {
            return dir.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Returns the device that an open directory lies on. */
    public static long device(SecureDirectoryStream<Path> dir) throws IOException {
        return device(attributes(dir));
    }

    /** Returns the attributes of an open directory. */
    public static BasicFileAttributes attributes(SecureDirectoryStream<Path> dir) throws IOException {
        return dir.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
    }

    private static long device(BasicFileAttributes attributes) throws IOException {
        String key = String.valueOf(attributes.fileKey());
        Matcher matcher = FILE_KEY.matcher(key);
        if (!matcher.matches()) {
            throw new IOException("file key: " + key + " (expected: " + FILE_KEY + ", as Java 17 to 25 have it)");
        }
        return Long.parseUnsignedLong(matcher.group(1), 16);
    }
}
