package dev.mesosshuffle.cleanup;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches whether each root is the one that it was when the dirs below it were registered, and tells the operator once
 * when one is not, as when its disk was unmounted, and once when all are again. Whoever acts on a root looks for itself.
 *
 * <p><b>Concurrency:</b> for any thread. Each root is looked at on a thread of its own, so that a disk that hangs hides
 * no other.
 */
public final class RootWatch implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(RootWatch.class);

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Supplier<Map<Path, Set<Long>>> registered;
    private final Supplier<Map<Path, Set<Long>>> toBeDeleted;
    private final RootWorkers workers;
    /** As of the last look: that of one block is not to go over all applications. */
    private volatile Map<Path, Set<Long>> expected = Map.of();

    private final Set<Path> looking = ConcurrentHashMap.newKeySet();
    private final Set<Path> away = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, task -> RootWorkers.daemon("roots-timer", task));

    RootWatch(
            Supplier<Map<Path, Set<Long>>> registered,
            Supplier<Map<Path, Set<Long>>> toBeDeleted,
            RootWorkers workers) {
        this.registered = registered;
        this.toBeDeleted = toBeDeleted;
        this.workers = workers;
    }

    /**
     * Starts to watch, at once.
     *
     * @param registered the roots that applications' dirs lie under, each with its inodes when these were registered
     * @param reclaimer knows the same of what is to be deleted
     * @return the watch, to be closed
     */
    public static RootWatch start(Supplier<Map<Path, Set<Long>>> registered, Reclaimer reclaimer) {
        RootWatch watch = new RootWatch(
                registered,
                reclaimer::rootInodes,
                new RootWorkers(
                        root -> RootWorkers.newThread("root-" + root),
                        () -> new Pace(() -> 0, System::nanoTime, rest -> {})));
        var unused = watch.timer.scheduleWithFixedDelay(
                watch::lookAndSurvive, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /** An exception would be the last thing that the timer ever hears of it. */
    private void lookAndSurvive() {
        try {
            look();
        } catch (RuntimeException | Error e) {
            logger.debug("The roots could not be looked at", e);
        }
    }

    /** Looks at all roots. */
    void look() {
        Map<Path, Set<Long>> now = readExpected();
        expected = now;
        away.retainAll(now.keySet());
        now.forEach((root, inodes) -> {
            if (looking.add(root)) {
                try {
                    workers.execute(root, pace -> {
                        try {
                            var unused = judge(root, inodes);
                        } finally {
                            looking.remove(root);
                        }
                    });
                } catch (RejectedExecutionException e) {
                    logger.debug("Closed before {} was looked at", root, e);
                }
            }
        });
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
            RootPresence.check(root, null);
            for (Long inode : inodes) {
                RootPresence.check(root, inode);
            }
        } catch (RootAwayException e) {
            if (away.add(root)) {
                logger.warn(
                        "Root {} is not what it was: {}. Is its disk mounted? Executors with dirs there are kept but"
                                + " cannot be served, and nothing that was registered there is deleted, until it is"
                                + " there again.",
                        root,
                        e.getMessage());
            }
            return e.getMessage();
        }
        if (away.remove(root)) {
            logger.info("Root {} is what it was again: executors with dirs there are served, and removals go on", root);
        }
        return null;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.close(CLOSE_TIMEOUT);
    }
}
