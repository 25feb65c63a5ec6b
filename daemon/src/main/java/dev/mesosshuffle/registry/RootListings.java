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
 * Tells which dirs are gone. A root must be readable, and the one it was, to tell that: where a disk is not mounted there is
 * a dir too, but another one. Each root is looked at once, on its own thread; of one that does not answer in time nothing
 * is known, so nothing of it is gone.
 */
final class RootListings {
    private static final Root UNREADABLE = new Root(-1, Set.of());

    private final RootProbers probers;
    private final Duration limit;

    /** What a root looks like. */
    private record Root(long inode, Set<String> names) {}

    /**
     * What was found.
     *
     * @param gone dirs that are surely gone
     * @param late roots that did not answer in time
     */
    record Looks(Set<LocalDir> gone, Set<Path> late) {}

    /**
     * Makes one.
     *
     * @param probers have the threads of the roots
     * @param limit how long all roots may take together
     */
    RootListings(RootProbers probers, Duration limit) {
        this.probers = probers;
        this.limit = limit;
    }

    static long inode(Path root) throws IOException {
        return (Long) Files.getAttribute(root, "unix:ino");
    }

    /** Looks for dirs, under all of their roots at the same time. */
    Looks look(Collection<StoredLocalDir> dirs) {
        Map<Path, List<StoredLocalDir>> byRoot = dirs.stream()
                .collect(Collectors.groupingBy(stored -> stored.dir().root()));
        Map<Path, CompletableFuture<Set<LocalDir>>> looks = new HashMap<>();
        byRoot.forEach((root, there) -> looks.put(root, begin(root, there)));
        await(looks.values());
        Set<LocalDir> gone = new HashSet<>();
        Set<Path> late = new TreeSet<>();
        looks.forEach((root, look) -> {
            // What comes later is not looked at: half of what a root says is nothing to go by.
            if (look.isDone() && !look.isCompletedExceptionally()) {
                gone.addAll(look.join());
            } else {
                late.add(root);
            }
        });
        return new Looks(gone, late);
    }

    private CompletableFuture<Set<LocalDir>> begin(Path root, List<StoredLocalDir> dirs) {
        CompletableFuture<Set<LocalDir>> look = new CompletableFuture<>();
        try {
            probers.execute(root, () -> look.completeAsync(() -> gone(root, dirs), Runnable::run));
        } catch (RuntimeException | Error e) {
            ThreadShortage.report("the look at the dirs under " + root, e);
            look.completeExceptionally(e);
        }
        return look;
    }

    private void await(Collection<CompletableFuture<Set<LocalDir>>> looks) {
        try {
            CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // Each is asked by itself.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<LocalDir> gone(Path root, List<StoredLocalDir> dirs) {
        Root seen = look(root);
        return dirs.stream()
                .filter(stored -> isGone(seen, stored))
                .map(StoredLocalDir::dir)
                .collect(Collectors.toSet());
    }

    private static boolean isGone(Root root, StoredLocalDir stored) {
        LocalDir dir = stored.dir();
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
