package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StoredLocalDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells whether dirs are gone. A root must be readable, and the one it was, to tell that: where a disk is not mounted
 * there is a dir too, but another one. Each root is looked at once.
 *
 * <p><b>Concurrency:</b> an instance is used by one thread.
 */
final class Roots {
    private static final Root UNREADABLE = new Root(-1, Set.of());

    private final Map<Path, Root> looks = new HashMap<>();

    /** What a root looks like. */
    private record Root(long inode, Set<String> names) {}

    static long inode(Path root) throws IOException {
        return (Long) Files.getAttribute(root, "unix:ino");
    }

    /** Whether a dir is surely gone. */
    boolean isGone(StoredLocalDir stored) {
        LocalDir dir = stored.dir();
        Root root = looks.computeIfAbsent(dir.root(), Roots::look);
        if (root.inode() != stored.rootInode()) {
            return false;
        }
        // Most are in the listing, which costs far less than to look for each of them.
        int depth = dir.root().getNameCount();
        if (dir.path().getNameCount() == depth + 1
                && root.names().contains(dir.path().getName(depth).toString())) {
            return false;
        }
        return isGone(dir.path(), dir.root(), stored.rootInode());
    }

    /**
     * A listing may lack names: a disk's error ends it early, and a name may not be as the locale of this process spells it.
     * Only the kernel's word that there is no such file counts; and the root must be the same after it, for it may have
     * been unmounted meanwhile.
     */
    private static boolean isGone(Path dir, Path root, long rootInode) {
        try {
            Files.readAttributes(dir, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return false;
        } catch (NoSuchFileException e) {
            return isStill(root, rootInode);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isStill(Path root, long inode) {
        try {
            return inode(root) == inode;
        } catch (IOException e) {
            return false;
        }
    }

    private static Root look(Path path) {
        // Null tells of any failure. A Files stream would make a Path of each of maybe 100,000 names.
        String[] names = path.toFile().list();
        try {
            return names == null ? UNREADABLE : new Root(inode(path), new HashSet<>(List.of(names)));
        } catch (IOException e) {
            return UNREADABLE;
        }
    }
}
