package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/** Deletes single block files for a client. Works on the disk; may be used by any thread. */
public final class BlockFileRemover {
    private static final Pattern plainName = Pattern.compile("[A-Za-z0-9_.-]+");

    /** Makes one; it holds nothing. */
    public BlockFileRemover() {}

    /**
     * Deletes one file.
     *
     * @param dir the local dir it lies in
     * @param subDir the sub-dir in there
     * @param fileName its name in the sub-dir
     * @return false if it was not there
     * @throws IOException if it is no plain file, is reached through a link, or cannot be deleted
     * @throws IllegalArgumentException if either name is not a plain one
     */
    public boolean remove(LocalDir dir, String subDir, String fileName) throws IOException {
        Path place = dir.path().resolve(checkName("sub-dir", subDir));
        Path name = Path.of(checkName("file", fileName));
        try (SecureDirectoryStream<Path> open = SecureDirectories.open(dir.root(), place)) {
            BasicFileAttributes attributes = SecureDirectories.attributes(open, name);
            if (attributes == null) {
                return false;
            }
            if (!attributes.isRegularFile()) {
                throw new IOException(place.resolve(name) + " (expected: a plain file)");
            }
            // Should a dir have taken its place since, this fails; a link would go, and not what it points to.
            open.deleteFile(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String checkName(String what, String name) {
        if (!plainName.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    what + ": " + Sanitizer.printable(name) + " (expected: a plain name of A-Z a-z 0-9 _ . -)");
        }
        return name;
    }
}
