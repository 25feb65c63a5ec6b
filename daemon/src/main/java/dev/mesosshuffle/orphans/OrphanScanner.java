package dev.mesosshuffle.orphans;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirNames;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.peers.KnownDirs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches for orphans ({@link OrphanPolicy}), tells of them, and has them deleted if it is to. The way of one to its end:
 *
 * <pre>
 *   found --intent stored in every registry--> nobody registers it any more --judged again--> as with all that is deleted
 * </pre>
 *
 * <p><b>Concurrency:</b> every method may be called from any thread, and none works on the disk. A search goes over each
 * root on a thread of that root's own, at a bounded pace. A root whose search still runs is left out of the next.
 */
public final class OrphanScanner implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(OrphanScanner.class);

    private static final Duration INTERVAL = Duration.ofHours(1);
    /** A search changes nothing, so that one that is left alone does no harm. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final OrphanMode mode;
    private final LocalDirPolicy policy;
    private final OrphanPolicy rules;
    private final Reclaimer reclaimer;
    private final Ticker ticker;
    private final RootExecutors workers;
    private final OrphanReporter report;
    private final Set<Path> searching = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, task -> RootExecutors.daemon("orphans-timer", task));

    private OrphanScanner(
            OrphanMode mode,
            LocalDirPolicy policy,
            OrphanPolicy rules,
            Reclaimer reclaimer,
            Ticker ticker,
            RootExecutors workers,
            OrphanReporter report) {
        this.mode = mode;
        this.policy = policy;
        this.rules = rules;
        this.reclaimer = reclaimer;
        this.ticker = ticker;
        this.workers = workers;
        this.report = report;
    }

    /**
     * Starts to search, at once and then every hour.
     *
     * @param mode what is done about orphans
     * @param policy knows the roots
     * @param rules tell what an orphan is
     * @param reclaimer deletes them; to be closed after this
     * @param filesPerSecond how many files are looked at under one root at most; 0 for no bound
     * @param metrics where the metrics go
     * @return the search, to be closed
     */
    public static OrphanScanner start(
            OrphanMode mode,
            LocalDirPolicy policy,
            OrphanPolicy rules,
            Reclaimer reclaimer,
            IntSupplier filesPerSecond,
            MetricRegistry metrics) {
        RootExecutors workers = new RootExecutors(
                root -> RootExecutors.newThread("orphans-" + root),
                () -> new RateLimiter(filesPerSecond, System::nanoTime, LockSupport::parkNanos));
        OrphanScanner orphans = withoutTimer(mode, policy, rules, reclaimer, System::nanoTime, metrics, workers);
        if (mode != OrphanMode.OFF) {
            var unused = orphans.timer.scheduleWithFixedDelay(
                    orphans::searchAndSurvive, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
        return orphans;
    }

    public static OrphanScanner withoutTimer(
            OrphanMode mode,
            LocalDirPolicy policy,
            OrphanPolicy rules,
            Reclaimer reclaimer,
            Ticker ticker,
            MetricRegistry metrics,
            RootExecutors workers) {
        return new OrphanScanner(mode, policy, rules, reclaimer, ticker, workers, OrphanReporter.in(metrics));
    }

    /** An exception would be the last thing that the timer ever hears of it. */
    private void searchAndSurvive() {
        try {
            search();
        } catch (RuntimeException | Error e) {
            logger.error("The search for orphans failed; it is tried again in {} min", INTERVAL.toMinutes(), e);
        }
    }

    /** Searches all roots. */
    public void search() {
        KnownDirs names;
        rules.registries().refresh();
        try {
            names = rules.registries().namedDirs();
        } catch (StoreException e) {
            report.unknown(ErrorMessages.of(e));
            return;
        }
        report.known();
        for (Path root : policy.realRoots()) {
            // One that does not answer is told of by its prober, and searched when it does.
            if (!policy.isUnresponsive(root) && searching.add(root)) {
                try {
                    workers.execute(root, pace -> search(root, names, pace));
                } catch (RuntimeException | Error e) {
                    searching.remove(root);
                    ThreadShortage.report("the search for orphans under " + root, e);
                }
            }
        }
    }

    private void search(Path root, KnownDirs names, RateLimiter pace) {
        BooleanSupplier stopped = () -> {
            pace.beforeFile();
            return closed.get();
        };
        try {
            // What lies beneath a disk that is not mounted is nobody's to judge.
            Long inode = (Long) Files.getAttribute(root, "unix:ino");
            if (!names.rootInodes().getOrDefault(root, Set.of(inode)).equals(Set.of(inode))) {
                logger.debug("{} is not searched for orphans: it is not what it was when dirs were registered", root);
                return;
            }
            OrphanScan search = new OrphanScan(root, rules, rules.protectedPaths(), names, ticker, stopped);
            List<Orphan> found = search.search();
            if (closed.get()) {
                return;
            }
            report.sight(search.blindness());
            String hindrance = mode == OrphanMode.DELETE ? rules.registries().hindrance(root) : null;
            if (hindrance != null) {
                report.withheld(root, found, hindrance);
            } else if (mode == OrphanMode.DELETE) {
                report.deleting(root, requestRemovals(inode, found));
            } else {
                report.found(root, found);
            }
            report.searched(root);
        } catch (IOException | RuntimeException e) {
            report.notSearched(root, e);
        } finally {
            searching.remove(root);
        }
    }

    private List<Orphan> requestRemovals(Long rootInode, List<Orphan> found) {
        List<Orphan> deleting = new ArrayList<>();
        for (Orphan orphan : found) {
            StoredRemoval intent = new StoredRemoval(orphan.dir(), null, rootInode);
            String hindrance = rules.registries().hindrance(orphan.dir().root());
            if (hindrance != null) {
                report.withheld(orphan.dir().root(), found, hindrance);
                break;
            }
            try {
                if (rules.registries()
                        .intend(intent, LocalDirNames.beforeGoing(orphan.dir().path()))) {
                    deleting.add(orphan);
                    reclaimer.reclaim(List.of(intent));
                } else {
                    logger.debug(
                            "{} is no orphan any more: a registry names it",
                            orphan.dir().path());
                }
            } catch (StoreException e) {
                report.unknown(ErrorMessages.of(e));
                break;
            }
        }
        return deleting;
    }

    /**
     * Tells what was found last.
     *
     * @return orphans by their roots
     */
    public Map<Path, List<Orphan>> lastFound() {
        return report.lastFound();
    }

    /** Ends a search that runs, after the file that it looks at. */
    @Override
    public void close() {
        closed.set(true);
        timer.shutdownNow();
        workers.close(CLOSE_TIMEOUT);
    }
}
