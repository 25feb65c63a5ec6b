package dev.mesosshuffle.registry;

import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.probes.RootProbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Finds directories that are missing. Only a root that is readable, and the same as before, is evidence: where a disk is not
 * mounted there is a directory too, but another one. Each root is listed once, on its own thread; if it does not respond in
 * time, nothing of it counts as missing.
 */
final class RootListings {
    private static final Root UNREADABLE = new Root(-1, Set.of());

    private final RootProbers probers;
    private final Duration limit;

    /** The content of a root. */
    private record Root(long inode, Set<String> names) {}

    /**
     * The result of a search.
     *
     * @param missing directories that are certainly missing
     * @param unresponsiveRoots roots that did not respond in time
     */
    record Result(Set<LocalDir> missing, Set<Path> unresponsiveRoots) {}

    /**
     * Creates an instance.
     *
     * @param probers provide the threads of the roots
     * @param limit how long all roots may take together
     */
    RootListings(RootProbers probers, Duration limit) {
        this.probers = probers;
        this.limit = limit;
    }

    static long inode(Path root) throws IOException {
        return (Long) Files.getAttribute(root, "unix:ino");
    }

    /** Searches for directories, under all of their roots at the same time. */
    Result find(Collection<StoredLocalDir> dirs) {
        Map<Path, List<StoredLocalDir>> byRoot = dirs.stream()
                .collect(Collectors.groupingBy(stored -> stored.dir().root()));
        Map<Path, CompletableFuture<Set<LocalDir>>> searches = new HashMap<>();
        byRoot.forEach((root, there) -> searches.put(root, start(root, there)));
        await(searches.values());
        Set<LocalDir> missing = new HashSet<>();
        Set<Path> unresponsive = new TreeSet<>();
        searches.forEach((root, search) -> {
            // A later or partial result is ignored.
            if (search.isDone() && !search.isCompletedExceptionally()) {
                missing.addAll(search.join());
            } else {
                unresponsive.add(root);
            }
        });
        return new Result(missing, unresponsive);
    }

    private CompletableFuture<Set<LocalDir>> start(Path root, List<StoredLocalDir> dirs) {
        CompletableFuture<Set<LocalDir>> search = new CompletableFuture<>();
        try {
            probers.execute(root, () -> search.completeAsync(() -> missing(root, dirs), Runnable::run));
        } catch (RuntimeException | Error e) {
            ThreadShortage.report("the search for directories under " + root, e);
            search.completeExceptionally(e);
        }
        return search;
    }

    private void await(Collection<CompletableFuture<Set<LocalDir>>> searches) {
        try {
            CompletableFuture.allOf(searches.toArray(CompletableFuture[]::new))
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The caller checks each search.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<LocalDir> missing(Path root, List<StoredLocalDir> dirs) {
        Root listed = list(root);
        return dirs.stream()
                .filter(stored -> isMissing(listed, stored))
                .map(StoredLocalDir::dir)
                .collect(Collectors.toSet());
    }

    private static boolean isMissing(Root root, StoredLocalDir stored) {
        LocalDir dir = stored.dir();
        if (root.inode() != stored.rootInode()) {
            return false;
        }
        // Most are in the listing, which is far cheaper than a check of each of them.
        int depth = dir.root().getNameCount();
        if (dir.path().getNameCount() == depth + 1
                && root.names().contains(dir.path().getName(depth).toString())) {
            return false;
        }
        return isMissing(dir.path(), dir.root(), stored.rootInode());
    }

    /**
     * A listing may lack names: an error of the disk ends it early, and this process's locale may not represent a name. Only
     * ENOENT from the kernel counts, and the root must be the same after it, since it may have been unmounted meanwhile.
     */
    private static boolean isMissing(Path dir, Path root, long rootInode) {
        try {
            Files.readAttributes(dir, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return false;
        } catch (NoSuchFileException e) {
            return isSameRoot(root, rootInode);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isSameRoot(Path root, long inode) {
        try {
            return inode(root) == inode;
        } catch (IOException e) {
            return false;
        }
    }

    private static Root list(Path path) {
        // Null means any failure. A Files stream would create a Path for each of maybe 100,000 names.
        String[] names = path.toFile().list();
        try {
            return names == null ? UNREADABLE : new Root(inode(path), new HashSet<>(List.of(names)));
        } catch (IOException e) {
            return UNREADABLE;
        }
    }
}
