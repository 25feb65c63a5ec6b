package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a root is there. Where a disk is not mounted there is a dir too, or nothing; that what lies on the disk
 * is not to be seen does not mean that it is gone.
 */
public final class RootIdentity {
    private RootIdentity() {}

    /**
     * Checks a root. Works on the disk.
     *
     * @param root the root, a real path
     * @param inode its inode when a dir below it was registered; null if that is not known
     * @throws RootUnavailableException if it is another one now, or cannot be looked at
     */
    public static void check(Path root, @Nullable Long inode) throws RootUnavailableException {
        String reason;
        boolean sure = true;
        try {
            reason = reasonAway(
                    root,
                    root.toRealPath(),
                    (Long) Files.getAttribute(root, "unix:ino"),
                    inode == null ? Set.of() : Set.of(inode));
        } catch (IOException e) {
            reason = unreadable(e);
            sure = e instanceof NoSuchFileException;
        }
        if (reason != null) {
            throw new RootUnavailableException(reason, sure);
        }
    }

    /**
     * Tells why a root is another one than it was; null if it is not. Does not work on the disk.
     *
     * @param root the root, a real path as it was
     * @param found where that path leads now
     * @param foundInode the inode of what is there
     * @param inodes its inodes when dirs below it were registered
     */
    public static @Nullable String reasonAway(Path root, Path found, long foundInode, Set<Long> inodes) {
        if (!found.equals(root)) {
            return "a link leads from it to " + found;
        }
        for (Long inode : inodes) {
            if (inode != foundInode) {
                return "its inode is " + foundInode + " (expected: " + inode + ", as when they registered)";
            }
        }
        return null;
    }

    public static String unreadable(IOException failure) {
        return "it cannot be looked at (" + failure + ")";
    }
}
