package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StoredLocalDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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
        // The listing answers for most dirs, which costs far less than to ask for each of them.
        int depth = dir.root().getNameCount();
        if (!root.names().contains(dir.path().getName(depth).toString())) {
            return true;
        }
        return dir.path().getNameCount() > depth + 1 && Files.notExists(dir.path(), LinkOption.NOFOLLOW_LINKS);
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
