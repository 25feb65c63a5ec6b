package dev.mesosshuffle.cleanup;

import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.Path;

/** Checks the permissions of a directory. Works on the disk. */
interface DirAccess {
    /** The kernel's check, by this process's user, groups and capabilities, and by access control lists. */
    DirAccess OF_THIS_PROCESS =
            dir -> dir.getFileSystem().provider().checkAccess(dir, AccessMode.READ, AccessMode.EXECUTE);

    /**
     * Checks that a directory can be entered and listed.
     *
     * @throws java.nio.file.AccessDeniedException if it cannot
     * @throws IOException if that cannot be determined
     */
    void check(Path dir) throws IOException;
}
