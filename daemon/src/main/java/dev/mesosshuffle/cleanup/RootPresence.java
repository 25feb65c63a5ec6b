package dev.mesosshuffle.cleanup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a root is there. Where a disk is not mounted there is a dir too, or nothing; that what lies on the disk
 * is not to be seen does not mean that it is gone.
 */
public final class RootPresence {
    private RootPresence() {}

    /**
     * Checks a root. Works on the disk.
     *
     * @param root the root, a real path
     * @param inode its inode when a dir below it was registered; null if that is not known
     * @throws RootAwayException if it is another one now, or cannot be looked at
     */
    public static void check(Path root, @Nullable Long inode) throws RootAwayException {
        Object found;
        try {
            if (!root.toRealPath().equals(root)) {
                throw new RootAwayException("a link leads from it to " + root.toRealPath());
            }
            found = Files.getAttribute(root, "unix:ino");
        } catch (RootAwayException e) {
            throw e;
        } catch (IOException e) {
            throw new RootAwayException("it cannot be looked at (" + e + ")");
        }
        if (inode != null && !found.equals(inode)) {
            throw new RootAwayException(
                    "its inode is " + found + " (expected: " + inode + ", as when they registered)");
        }
    }
}
