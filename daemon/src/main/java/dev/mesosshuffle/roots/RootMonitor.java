package dev.mesosshuffle.roots;

import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.host.RootIdentity;
import dev.mesosshuffle.host.RootUnavailableException;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.probes.RootSnapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches whether each root is the one that it was when the dirs below it were registered, and tells the operator once
 * when one is not, as when its disk was unmounted, and once when all are again. Whoever acts on a root looks for itself.
 *
 * <p><b>Concurrency:</b> for any thread. {@link RootProbers} look, each on its root's own thread, so that a disk that hangs
 * hides no other.
 */
public final class RootMonitor {
    private static final Logger logger = LoggerFactory.getLogger(RootMonitor.class);

    private final Supplier<Map<Path, Set<Long>>> registered;
    private final Supplier<Map<Path, Set<Long>>> toBeDeleted;
    private final RootProbers roots;
    /** As of the last look: that of one block is not to go over all applications. */
    private volatile Map<Path, Set<Long>> expected = Map.of();

    private final Set<Path> away = ConcurrentHashMap.newKeySet();

    RootMonitor(
            Supplier<Map<Path, Set<Long>>> registered, Supplier<Map<Path, Set<Long>>> toBeDeleted, RootProbers roots) {
        this.registered = registered;
        this.toBeDeleted = toBeDeleted;
        this.roots = roots;
    }

    /**
     * Starts to watch.
     *
     * @param registered the roots that applications' dirs lie under, each with its inodes when these were registered
     * @param reclaimer knows the same of what is to be deleted
     * @param roots look at these roots from now on
     * @return the watch
     */
    public static RootMonitor start(Supplier<Map<Path, Set<Long>>> registered, Reclaimer reclaimer, RootProbers roots) {
        RootMonitor watch = new RootMonitor(registered, reclaimer::rootInodes, roots);
        watch.listen();
        return watch;
    }

    void listen() {
        roots.beforeEachRound(this::expect);
        roots.listen(this::looked);
    }

    /** Notes what the roots should be, before they are looked at. */
    private void expect() {
        Map<Path, Set<Long>> now = readExpected();
        expected = now;
        away.retainAll(now.keySet());
        now.keySet().forEach(roots::watch);
    }

    private void looked(Path root, @Nullable RootSnapshot seen, @Nullable IOException failure) {
        Set<Long> inodes = expected.get(root);
        if (inodes == null) {
            return;
        }
        if (seen != null) {
            var unused = tell(root, RootIdentity.reasonAway(root, seen.realPath(), seen.inode(), inodes));
        } else if (failure instanceof NoSuchFileException) {
            var unused = tell(root, RootIdentity.unreadable(failure));
        }
        // Else the disk itself is unwell, which its prober has told.
    }

    /**
     * Tells whether work on a root would hang now. Does not work on the disk.
     *
     * @param root its path, real or as it is configured
     * @return whether a look at it should have come back
     */
    public boolean isUnresponsive(Path root) {
        return roots.isUnresponsive(root);
    }

    /**
     * Looks at a root now. Works on the disk.
     *
     * @param root the root, a real path
     * @return why it is not what it was when dirs below it were registered; null if it is, or nothing is known of it
     */
    public @Nullable String reasonAway(Path root) {
        Set<Long> inodes = expected.get(root);
        return inodes == null ? null : judge(root, inodes);
    }

    private Map<Path, Set<Long>> readExpected() {
        Map<Path, Set<Long>> all = new HashMap<>();
        registered.get().forEach((root, inodes) -> all.put(root, new HashSet<>(inodes)));
        toBeDeleted
                .get()
                .forEach((root, inodes) ->
                        all.computeIfAbsent(root, r -> new HashSet<>()).addAll(inodes));
        return all;
    }

    private @Nullable String judge(Path root, Set<Long> inodes) {
        try {
            RootIdentity.check(root, null);
            for (Long inode : inodes) {
                RootIdentity.check(root, inode);
            }
        } catch (RootUnavailableException e) {
            // Where the disk itself is unwell, its prober tells.
            return e.isSure() ? tell(root, e.getMessage()) : e.getMessage();
        }
        return tell(root, null);
    }

    private @Nullable String tell(Path root, @Nullable String reason) {
        if (reason != null) {
            if (away.add(root)) {
                logger.warn(
                        "Root {} is not what it was: {}. Is its disk mounted? Executors with dirs there are kept but"
                                + " cannot be served, and nothing that was registered there is deleted, until it is"
                                + " there again.",
                        root,
                        reason);
            }
        } else if (away.remove(root)) {
            logger.info("Root {} is what it was again: executors with dirs there are served, and removals go on", root);
        }
        return reason;
    }
}
