package dev.mesosshuffle.cleanup;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how much space is left under the roots. While a file system is short of it, what is to be deleted in any root on
 * it goes at once; once for each such time, the operator is told what else holds the space. Nothing is judged otherwise
 * for that: no application's life is shortened.
 *
 * <p>A file system is short of space once less than the given share is free, and no longer when a quarter more than that
 * is free, so that one at the limit is not told of again and again.
 *
 * <p><b>Concurrency:</b> each root is looked at on a thread of its own, so that a disk that hangs hides no other; what was
 * seen is guarded by this object.
 */
public final class DiskPressure implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(DiskPressure.class);

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final int minFreePercent;
    private final LocalDirPolicy policy;
    private final Reclaimer reclaimer;
    private final SpaceReport report;
    private final FileSystems fileSystems;
    private final RootWorkers workers;
    private final Set<Path> looking = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, task -> RootWorkers.daemon("space-timer", task));

    private final Map<Path, Long> devices = new HashMap<>();
    private final Set<Long> shortOfSpace = new HashSet<>();

    /** How file systems are looked at. */
    @FunctionalInterface
    interface FileSystems {
        Space look(Path root) throws IOException;
    }

    DiskPressure(
            int minFreePercent,
            LocalDirPolicy policy,
            Reclaimer reclaimer,
            SpaceReport report,
            FileSystems fileSystems,
            RootWorkers workers) {
        this.minFreePercent = minFreePercent;
        this.policy = policy;
        this.reclaimer = reclaimer;
        this.report = report;
        this.fileSystems = fileSystems;
        this.workers = workers;
    }

    /**
     * Starts to watch.
     *
     * @param minFreePercent below which share of free space a file system is short of it; 0 for never
     * @param policy knows the roots
     * @param reclaimer deletes what is to be deleted
     * @param orphans knows what orphans hold
     * @param living the dirs of the applications that are not over
     * @param kept those of them that an operator keeps
     * @param metrics where the metrics go
     * @return the watch, to be closed before the reclaimer
     */
    public static DiskPressure start(
            int minFreePercent,
            LocalDirPolicy policy,
            Reclaimer reclaimer,
            Orphans orphans,
            Supplier<Map<String, List<LocalDir>>> living,
            Supplier<Set<String>> kept,
            MetricRegistry metrics) {
        DiskPressure pressure = new DiskPressure(
                minFreePercent,
                policy,
                reclaimer,
                new SpaceReport(minFreePercent, living, kept, orphans::lastFound, System::nanoTime),
                Space::of,
                new RootWorkers(
                        root -> RootWorkers.newThread("space-" + root),
                        () -> new Pace(() -> 0, System::nanoTime, rest -> {})));
        pressure.register(metrics);
        if (minFreePercent > 0) {
            var unused = pressure.timer.scheduleWithFixedDelay(
                    pressure::lookAndSurvive, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
        return pressure;
    }

    void register(MetricRegistry metrics) {
        metrics.register("shuffleService.cleanup.rootsShortOfSpace", (Gauge<Integer>) this::rootsShortOfSpace);
    }

    /** An exception would be the last thing that the timer ever hears of it. */
    private void lookAndSurvive() {
        try {
            look();
        } catch (RuntimeException | Error e) {
            logger.debug("The roots' space could not be looked at", e);
        }
    }

    /** Looks at all roots. */
    void look() {
        for (Path root : policy.realRoots()) {
            if (looking.add(root)) {
                try {
                    workers.execute(root, pace -> lookAt(root));
                } catch (RejectedExecutionException e) {
                    logger.debug("Closed before {} was looked at", root, e);
                }
            }
        }
    }

    private void lookAt(Path root) {
        try {
            Space space = fileSystems.look(root);
            switch (change(root, space)) {
                case BEGINS -> {
                    Set<Path> roots = rootsOn(space.device());
                    SpaceReport.Waiting waiting = reclaimer.waiting(roots);
                    roots.forEach(reclaimer::hurry);
                    report.begins(space, roots, waiting);
                }
                case GOES_ON -> reclaimer.hurry(root);
                case ENDS -> {
                    Set<Path> roots = rootsOn(space.device());
                    roots.forEach(reclaimer::takeTime);
                    report.ends(space, roots);
                }
                case NONE -> reclaimer.takeTime(root);
            }
        } catch (IOException | RuntimeException e) {
            logger.debug("The space of {} cannot be looked at", root, e);
        } finally {
            looking.remove(root);
        }
    }

    private enum Change {
        BEGINS,
        GOES_ON,
        ENDS,
        NONE
    }

    private synchronized Change change(Path root, Space space) {
        if (devices.put(root, space.device()) == null) {
            // Judged at the next look, when it is known what else lies on that file system.
            return Change.NONE;
        }
        boolean before = shortOfSpace.contains(space.device());
        boolean now = before ? !space.isAmple(minFreePercent) : space.isShort(minFreePercent);
        if (now) {
            shortOfSpace.add(space.device());
            return before ? Change.GOES_ON : Change.BEGINS;
        }
        shortOfSpace.remove(space.device());
        return before ? Change.ENDS : Change.NONE;
    }

    private synchronized Set<Path> rootsOn(long device) {
        Set<Path> roots = new TreeSet<>();
        devices.forEach((root, on) -> {
            if (on == device) {
                roots.add(root);
            }
        });
        return roots;
    }

    private synchronized int rootsShortOfSpace() {
        return (int) devices.values().stream().filter(shortOfSpace::contains).count();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.close(CLOSE_TIMEOUT);
    }
}
