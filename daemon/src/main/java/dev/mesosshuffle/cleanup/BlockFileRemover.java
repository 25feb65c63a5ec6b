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

/** Deletes single block files at a client's request. Works on the disk; for any thread. */
public final class BlockFileRemover {
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /** Creates a remover, which has no state. */
    public BlockFileRemover() {}

    /**
     * Deletes one file.
     *
     * @param dir the local dir that holds it
     * @param subDir the name of its directory in the local dir
     * @param fileName its name in that directory
     * @return false if it did not exist
     * @throws IOException if it is no regular file, is reached through a link, or cannot be deleted
     * @throws IllegalArgumentException if either name has other characters than A-Z a-z 0-9 _ . -
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
            // If a directory replaced it meanwhile, this fails; of a link, only the link itself is deleted.
            open.deleteFile(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String checkName(String what, String name) {
        if (!PLAIN_NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    what + ": " + Sanitizer.printable(name) + " (expected: a plain name of A-Z a-z 0-9 _ . -)");
        }
        return name;
    }
}
