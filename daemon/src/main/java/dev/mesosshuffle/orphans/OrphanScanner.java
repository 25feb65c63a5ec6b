package dev.mesosshuffle.orphans;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirNames;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.PreparedRemovals;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.peers.KnownDirs;
import dev.mesosshuffle.peers.PeerRegistries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans for orphans ({@link OrphanPolicy}), reports them, and requests their removal if the mode is to delete. The way of
 * an orphan:
 *
 * <pre>
 *   found --intent stored in every registry--> nobody registers it any more --judged again--> removed as any other dir
 * </pre>
 *
 * <p><b>Concurrency:</b> every method may be called from any thread, and none works on the disk. Each root is scanned on a
 * thread of its own, which is rate limited. A root whose scan still runs is left out of the next scan.
 */
public final class OrphanScanner implements AutoCloseable {
    /** How often the roots are scanned. */
    public static final Duration SCAN_INTERVAL = Duration.ofHours(1);

    private static final Logger logger = LoggerFactory.getLogger(OrphanScanner.class);

    /** A scan changes nothing, so one that outlives the timeout does no harm. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final OrphanMode mode;
    private final LocalDirPolicy roots;
    private final OrphanPolicy policy;
    private final PeerRegistries registries;
    private final Reclaimer reclaimer;
    private final Ticker ticker;
    private final RootExecutors workers;
    private final OrphanReporter reporter;
    private final Set<Path> scanning = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final PeriodicTask timer = new PeriodicTask("orphans-timer", this::scan);

    /**
     * Creates a scanner, to be closed before the reclaimer.
     *
     * @param mode what is done about orphans
     * @param roots knows the roots
     * @param policy decides what an orphan is
     * @param reclaimer removes them
     * @param workers scan the roots, at the rate that they allow
     * @param metrics receives {@code shuffleService.orphans.dirs}, {@code .bytes} and {@code .lastScanSeconds}
     */
    public OrphanScanner(
            OrphanMode mode,
            LocalDirPolicy roots,
            OrphanPolicy policy,
            Reclaimer reclaimer,
            Ticker ticker,
            RootExecutors workers,
            MetricRegistry metrics) {
        this.mode = mode;
        this.roots = roots;
        this.policy = policy;
        this.registries = policy.registries();
        this.reclaimer = reclaimer;
        this.ticker = ticker;
        this.workers = workers;
        this.reporter = OrphanReporter.in(metrics, ticker);
    }

    /**
     * Starts to scan, at once and then periodically, unless the mode is {@code OFF}.
     *
     * @param interval the time between two scans
     */
    public void start(Duration interval) {
        if (mode != OrphanMode.OFF) {
            timer.start(Duration.ZERO, interval);
        }
    }

    /** Scans all roots. */
    public void scan() {
        roots.realRoots().forEach(reporter::due);
        KnownDirs known;
        registries.refresh();
        try {
            known = registries.knownDirs();
        } catch (StoreException e) {
            reporter.unavailable(ErrorMessages.of(e));
            return;
        }
        reporter.available();
        for (Path root : roots.realRoots()) {
            // The prober of a root that hangs logs that, and the root is scanned once it responds.
            if (!roots.isUnresponsive(root) && scanning.add(root)) {
                try {
                    workers.execute(root, rateLimiter -> scan(root, known, rateLimiter));
                } catch (RuntimeException | Error e) {
                    scanning.remove(root);
                    ThreadShortage.report("the scan for orphans under " + root, e);
                }
            }
        }
    }

    private void scan(Path root, KnownDirs known, RateLimiter rateLimiter) {
        BooleanSupplier stopped = () -> {
            rateLimiter.acquire();
            return closed.get();
        };
        try {
            // What lies beneath a disk that is not mounted must not be judged.
            Long inode = (Long) Files.getAttribute(root, "unix:ino");
            if (!known.rootInodes().getOrDefault(root, Set.of(inode)).equals(Set.of(inode))) {
                logger.debug("{} is not scanned for orphans: it is not what it was when dirs were registered", root);
                return;
            }
            OrphanScan scan = new OrphanScan(root, policy, policy.protectedPaths(), known, ticker, stopped);
            List<Orphan> found = scan.scan();
            if (closed.get()) {
                return;
            }
            reporter.visibility(scan.visibilityGap());
            String hindrance = mode == OrphanMode.DELETE ? registries.hindrance(root) : null;
            if (hindrance != null) {
                reporter.withheld(root, found, hindrance);
            } else if (mode == OrphanMode.DELETE) {
                reporter.deleting(root, requestRemovals(inode, found));
            } else {
                reporter.found(root, found);
            }
            reporter.scanned(root);
        } catch (IOException | RuntimeException e) {
            reporter.scanFailed(root, e);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
            reporter.scanFailed(root, new IOException("there was not enough memory", e));
        } finally {
            scanning.remove(root);
        }
    }

    private List<Orphan> requestRemovals(Long rootInode, List<Orphan> found) {
        List<Orphan> requested = new ArrayList<>();
        for (Orphan orphan : found) {
            Path path = orphan.dir().path();
            StoredRemoval intent = new StoredRemoval(orphan.dir(), null, rootInode);
            String hindrance = registries.hindrance(orphan.dir().root());
            if (hindrance != null) {
                reporter.withheld(orphan.dir().root(), found, hindrance);
                break;
            }
            // Before the intent is stored, after which no lack of memory may make this process forget it.
            PreparedRemovals removal = reclaimer.prepare(List.of(intent));
            boolean recorded = false;
            try {
                recorded = registries.recordRemoval(intent, LocalDirNames.originalName(path), removal::startLate);
                if (recorded) {
                    removal.start();
                    requested.add(orphan);
                } else {
                    logger.debug("{} is no orphan any more: a registry names it", path);
                }
            } catch (StoreException e) {
                reporter.unavailable(ErrorMessages.of(e));
                break;
            } finally {
                if (!recorded) {
                    removal.cancel();
                }
            }
        }
        return requested;
    }

    /**
     * Returns what the last scan of each root found.
     *
     * @return orphans by their roots
     */
    public Map<Path, List<Orphan>> lastFound() {
        return reporter.lastFound();
    }

    /** Ends a scan that runs, after the current file. */
    @Override
    public void close() {
        closed.set(true);
        timer.close();
        workers.close(CLOSE_TIMEOUT);
    }
}
