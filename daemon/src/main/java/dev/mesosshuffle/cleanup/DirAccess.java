package dev.mesosshuffle.cleanup;

import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.Path;

/** Finds out what may be done in a dir. Works on the disk. */
interface DirAccess {
    /** Asks the kernel, which goes by this process's user, groups and capabilities, and by access control lists. */
    DirAccess OF_THIS_PROCESS =
            dir -> dir.getFileSystem().provider().checkAccess(dir, AccessMode.READ, AccessMode.EXECUTE);

    /**
     * Makes sure that a dir can be entered and listed.
     *
     * @throws java.nio.file.AccessDeniedException if it cannot
     * @throws IOException if that cannot be told
     */
    void check(Path dir) throws IOException;
}
