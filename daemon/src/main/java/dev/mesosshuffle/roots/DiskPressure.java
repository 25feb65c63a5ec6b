package dev.mesosshuffle.roots;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.PendingRemovals;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.probes.FileStoreSpace;
import dev.mesosshuffle.probes.RootProbers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lifts the deletion rate limit on every root of a file system that is short of space, and has one report logged each time
 * that this begins. It never expires an application.
 *
 * <p>A file system is under pressure once less than the given share of its bytes or inodes is free, and until a quarter
 * more than that is free, so that one at the limit is not reported again and again.
 *
 * <p><b>Concurrency:</b> for any thread; the state of the file systems is guarded by this object. Free space comes from the
 * snapshots of {@link RootProbers}. Only a report needs a thread of its own for a root, because to measure what holds the
 * space takes up to half a minute, in which the root must still be probed.
 */
public final class DiskPressure implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(DiskPressure.class);

    private final int minFreePercent;
    private final Reclaimer reclaimer;
    private final DiskPressureReport report;
    private final RootExecutors workers;
    private final Set<Path> reporting = ConcurrentHashMap.newKeySet();

    private final Map<Path, Long> devices = new HashMap<>();
    private final Set<Long> underPressure = new HashSet<>();

    /**
     * Creates a watch without any root yet, to be closed before the reclaimer.
     *
     * @param minFreePercent the share of free space below which a file system is under pressure; 0 for never
     * @param workers run the reports
     * @param metrics receives {@code shuffleService.cleanup.rootsUnderPressure}
     */
    public DiskPressure(
            int minFreePercent,
            Reclaimer reclaimer,
            DiskPressureReport report,
            RootExecutors workers,
            MetricRegistry metrics) {
        this.minFreePercent = minFreePercent;
        this.reclaimer = reclaimer;
        this.report = report;
        this.workers = workers;
        metrics.register("shuffleService.cleanup.rootsUnderPressure", (Gauge<Integer>) this::rootsUnderPressure);
    }

    /** Starts to check each snapshot of the roots. */
    public void start(RootProbers probers) {
        if (minFreePercent > 0) {
            probers.addListener((root, snapshot, failure) -> {
                if (snapshot != null) {
                    check(root, new FileStoreSpace(snapshot.usage()));
                }
            });
        }
    }

    /** Checks the free space of a root's file system. Does not work on the disk. */
    public void check(Path root, FileStoreSpace space) {
        switch (update(root, space)) {
            case STARTED -> {
                Set<Path> roots = rootsOn(space.device());
                PendingRemovals pending = reclaimer.pending(roots);
                roots.forEach(each -> reclaimer.setUnthrottled(each, true));
                report(root, () -> report.started(space, roots, pending));
            }
            case ONGOING -> reclaimer.setUnthrottled(root, true);
            case ENDED -> {
                Set<Path> roots = rootsOn(space.device());
                roots.forEach(each -> reclaimer.setUnthrottled(each, false));
                report(root, () -> report.ended(space, roots));
            }
            case NONE -> reclaimer.setUnthrottled(root, false);
        }
    }

    private void report(Path root, Runnable task) {
        if (!reporting.add(root)) {
            logger.debug("The report of what holds the space of {} still runs", root);
            return;
        }
        try {
            workers.execute(root, rateLimiter -> {
                try {
                    task.run();
                } catch (OutOfMemoryError e) {
                    HeapShortage.survived(e);
                } finally {
                    reporting.remove(root);
                }
            });
        } catch (RuntimeException | Error e) {
            reporting.remove(root);
            ThreadShortage.report("the report of what holds the space of " + root, e);
        }
    }

    private enum Pressure {
        STARTED,
        ONGOING,
        ENDED,
        NONE
    }

    private synchronized Pressure update(Path root, FileStoreSpace space) {
        if (devices.put(root, space.device()) == null) {
            // Judged at the next probe, when the other roots on that file system are known.
            return Pressure.NONE;
        }
        boolean before = underPressure.contains(space.device());
        boolean now = before ? !space.isRecovered(minFreePercent) : space.isShort(minFreePercent);
        if (now) {
            underPressure.add(space.device());
            return before ? Pressure.ONGOING : Pressure.STARTED;
        }
        underPressure.remove(space.device());
        return before ? Pressure.ENDED : Pressure.NONE;
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

    private synchronized int rootsUnderPressure() {
        return (int) devices.values().stream().filter(underPressure::contains).count();
    }

    @Override
    public void close() {
        // A report changes nothing, so it is not waited for.
        workers.close(Duration.ZERO);
    }
}
