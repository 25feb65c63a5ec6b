package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.host.ProcessCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Explains why this process may not read a file. Works on the disk. */
public final class DeniedFile {
    private DeniedFile() {}

    /**
     * Names the owner of a file and this process's user, for an operator.
     *
     * @param file a file that could not be opened for lack of permission
     * @return the file, or the directory above it that cannot be entered, its owner and mode, and this process's user
     */
    public static String describe(Path file) {
        for (Path path = file; path != null; path = path.getParent()) {
            try {
                PosixFileAttributes attributes =
                        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                int owner = ProcessCredentials.owner(path);
                return path + " belongs to user " + owner + " (mode "
                        + PosixFilePermissions.toString(attributes.permissions()) + "), and this service runs as user "
                        + ProcessCredentials.current().uid();
            } catch (IOException e) {
                // Hidden by the directory above, which is checked next.
            }
        }
        return file + " belongs to another user than this service's";
    }
}
