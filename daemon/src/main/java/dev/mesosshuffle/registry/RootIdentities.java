package dev.mesosshuffle.registry;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a root is the one it was: where a disk is not mounted there is a dir too, but another one. Each root is
 * looked at once and warned of once.
 *
 * <p><b>Concurrency:</b> an instance is used by one thread.
 */
final class RootIdentities {
    private static final Logger logger = LoggerFactory.getLogger(Registry.class);
    private static final long UNREADABLE = -1;

    private final Map<Path, Long> inodes = new HashMap<>();
    private final Set<Path> warned = new HashSet<>();

    static long inode(Path root) throws IOException {
        return (Long) Files.getAttribute(root, "unix:ino");
    }

    /** Whether what the root shows now, and what it does not show, tells something about a dir from then. */
    boolean isAsItWas(Path root, long inodeThen) {
        long inode = inodes.computeIfAbsent(root, RootIdentities::inodeIfReadable);
        if (inode == inodeThen) {
            return true;
        }
        if (warned.add(root)) {
            logger.warn(
                    "Root {} {}: the executors with dirs there are kept, but cannot be served until it is mounted again",
                    root,
                    inode == UNREADABLE ? "cannot be read" : "is not the directory it was when they registered");
        }
        return false;
    }

    private static long inodeIfReadable(Path root) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            // An unsound disk may fail only here; what the answer is does not matter.
            boolean unused = entries.iterator().hasNext();
            return inode(root);
        } catch (IOException | DirectoryIteratorException e) {
            return UNREADABLE;
        }
    }
}
