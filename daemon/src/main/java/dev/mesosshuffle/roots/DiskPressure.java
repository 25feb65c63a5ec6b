package dev.mesosshuffle.roots;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.PendingRemovals;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.probes.FileStoreSpace;
import dev.mesosshuffle.probes.RootProbers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
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
 * <p>A file system is as short of inodes as of bytes.
 *
 * <p><b>Concurrency:</b> for any thread. What was seen is guarded by this object; what holds the space of a root is
 * measured on a thread for that root, so that a disk that hangs hides no other.
 */
public final class DiskPressure implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(DiskPressure.class);

    private final int minFreePercent;
    private final Reclaimer reclaimer;
    private final DiskPressureReport report;
    private final RootExecutors workers;
    private final Set<Path> reporting = ConcurrentHashMap.newKeySet();

    private final Map<Path, Long> devices = new HashMap<>();
    private final Set<Long> shortOfSpace = new HashSet<>();

    public DiskPressure(int minFreePercent, Reclaimer reclaimer, DiskPressureReport report, RootExecutors workers) {
        this.minFreePercent = minFreePercent;
        this.reclaimer = reclaimer;
        this.report = report;
        this.workers = workers;
    }

    /**
     * Starts to watch.
     *
     * @param minFreePercent below which share of free space a file system is short of it; 0 for never
     * @param roots tell how full they are
     * @param reclaimer deletes what is to be deleted
     * @param orphans knows what orphans hold
     * @param living the dirs of the applications that are not over
     * @param kept those of them that an operator keeps
     * @param metrics where the metrics go
     * @return the watch, to be closed before the reclaimer
     */
    public static DiskPressure start(
            int minFreePercent,
            RootProbers roots,
            Reclaimer reclaimer,
            OrphanScanner orphans,
            Supplier<Map<String, List<LocalDir>>> living,
            Supplier<Set<String>> kept,
            MetricRegistry metrics) {
        DiskPressure pressure = new DiskPressure(
                minFreePercent,
                reclaimer,
                new DiskPressureReport(minFreePercent, living, kept, orphans::lastFound, System::nanoTime),
                new RootExecutors(
                        root -> RootExecutors.newThread("space-" + root),
                        () -> new RateLimiter(() -> 0, System::nanoTime, rest -> {})));
        pressure.register(metrics);
        if (minFreePercent > 0) {
            roots.listen((root, seen, failure) -> {
                if (seen != null) {
                    pressure.seen(root, new FileStoreSpace(seen.usage()));
                }
            });
        }
        return pressure;
    }

    void register(MetricRegistry metrics) {
        metrics.register("shuffleService.cleanup.rootsShortOfSpace", (Gauge<Integer>) this::rootsShortOfSpace);
    }

    /** Takes in what was seen of a root. Does not work on the disk. */
    public void seen(Path root, FileStoreSpace space) {
        switch (change(root, space)) {
            case BEGINS -> {
                Set<Path> roots = rootsOn(space.device());
                PendingRemovals waiting = reclaimer.waiting(roots);
                roots.forEach(reclaimer::hurry);
                report(root, () -> report.begins(space, roots, waiting));
            }
            case GOES_ON -> reclaimer.hurry(root);
            case ENDS -> {
                Set<Path> roots = rootsOn(space.device());
                roots.forEach(reclaimer::takeTime);
                report(root, () -> report.ends(space, roots));
            }
            case NONE -> reclaimer.takeTime(root);
        }
    }

    /** What holds the space is measured on another thread than the one that looks at the root, since that takes a while. */
    private void report(Path root, Runnable report) {
        if (!reporting.add(root)) {
            logger.debug("What holds the space of {} is being measured", root);
            return;
        }
        try {
            workers.execute(root, pace -> {
                try {
                    report.run();
                } finally {
                    reporting.remove(root);
                }
            });
        } catch (RuntimeException | Error e) {
            reporting.remove(root);
            ThreadShortage.report("the report of what holds the space of " + root, e);
        }
    }

    private enum Change {
        BEGINS,
        GOES_ON,
        ENDS,
        NONE
    }

    private synchronized Change change(Path root, FileStoreSpace space) {
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
        // What is measured changes nothing, so it is not waited for.
        workers.close(Duration.ZERO);
    }
}
