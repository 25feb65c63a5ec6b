package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether a root is the one that it was. Where a disk is not mounted there is another directory, or none. That the
 * contents of the disk are not visible does not mean that they were deleted.
 */
public final class RootIdentity {
    private RootIdentity() {}

    /**
     * Checks a root. Works on the disk.
     *
     * @param root the root, a real path
     * @param inode its inode when a dir below it was registered; null if unknown
     * @throws RootUnavailableException if it is another one now, or cannot be read
     */
    public static void check(Path root, @Nullable Long inode) throws RootUnavailableException {
        String reason;
        boolean confirmed = true;
        try {
            reason = unavailabilityReason(
                    root,
                    root.toRealPath(),
                    (Long) Files.getAttribute(root, "unix:ino"),
                    inode == null ? Set.of() : Set.of(inode));
        } catch (IOException e) {
            reason = unreadable(e);
            confirmed = e instanceof NoSuchFileException;
        }
        if (reason != null) {
            throw new RootUnavailableException(reason, confirmed);
        }
    }

    /**
     * Returns why a root is another one than it was; null if it is not. Does not work on the disk.
     *
     * @param root the root, a real path as it was
     * @param found where that path leads now
     * @param foundInode the inode that is there now
     * @param inodes its inodes when dirs below it were registered
     */
    public static @Nullable String unavailabilityReason(Path root, Path found, long foundInode, Set<Long> inodes) {
        if (!found.equals(root)) {
            return "a link redirects it to " + found;
        }
        for (Long inode : inodes) {
            if (inode != foundInode) {
                return "its inode is " + foundInode + " (expected: " + inode + ", as when they registered)";
            }
        }
        return null;
    }

    /** Returns the reason for a root that cannot be read. */
    public static String unreadable(IOException failure) {
        return "it cannot be read (" + failure + ")";
    }
}
