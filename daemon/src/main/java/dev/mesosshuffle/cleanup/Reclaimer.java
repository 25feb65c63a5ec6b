package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.host.NotADirectoryException;
import dev.mesosshuffle.host.RootUnavailableException;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the local dirs of applications that are over. The intent to do so is in the store before a dir comes here, and
 * stays there until the dir is gone, so that a crash at any point is made good when the intents come here again:
 *
 * <pre>
 *   blockmgr-X --rename--> going-blockmgr-X --no read in flight--> deleted --> empty parents deleted --> intent deleted
 * </pre>
 *
 * <p>What fails is tried again, soon at first and then every hour. What is no longer what was accepted (a link has taken
 * its place, its root is not allowed any more) is not touched, and looked at again every hour. While a root is not
 * mounted, nothing is taken for deleted there.
 *
 * <p><b>Concurrency:</b> every method may be called from any thread, and none works on the disk. All disk work on a root
 * is done by one thread of that root's own, at a bounded pace, so that a hung disk stalls its own dirs only. There are
 * at most as many as there are allowed roots. That thread first marks all that came together, then deletes.
 */
public final class Reclaimer implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Reclaimer.class);

    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration WAIT_FOR_READS = Duration.ofMillis(500);

    /** A look at a root costs little, and its disk may be nearly full. That it is away is told by {@code RootMonitor}. */
    static final Duration LOOK_FOR_ROOT = Duration.ofMinutes(1);

    /** Somebody has to mend a registry first, or its disk. */
    static final Duration LOOK_FOR_OWNER = Duration.ofSeconds(30);

    /**
     * How long the intent outlives an orphan: a service that had looked at the dir before it went, and was then held up,
     * does not register what is no longer there.
     */
    public static final Duration ORPHANS_REMEMBERED = Duration.ofMinutes(10);

    /** What is being deleted stops after the current file; only a hung disk takes longer, and then nothing helps. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Map<LocalDir, DirRemoval> removals;
    private final StateStore store;
    private final LocalDirPolicy policy;
    private final Ticker ticker;
    private final RootExecutors workers;
    private final OrphanCheck orphans;
    private final CleanupMetrics counters;
    private final RemovalStepper steps;
    private final RemovalFailures troubles;
    private final AtomicBoolean closed;
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, task -> RootExecutors.daemon("cleanup-timer", task));

    private Reclaimer(
            Map<LocalDir, DirRemoval> removals,
            StateStore store,
            LocalDirPolicy policy,
            Ticker ticker,
            RootExecutors workers,
            OrphanCheck orphans,
            CleanupMetrics counters,
            RemovalStepper steps,
            RemovalFailures troubles,
            AtomicBoolean closed) {
        this.removals = removals;
        this.store = store;
        this.policy = policy;
        this.ticker = ticker;
        this.workers = workers;
        this.orphans = orphans;
        this.counters = counters;
        this.steps = steps;
        this.troubles = troubles;
        this.closed = closed;
    }

    /**
     * Starts a reclaimer.
     *
     * @param store where the intents are
     * @param policy checks each dir once more
     * @param orphans checks each orphan once more
     * @param reads tells which applications' files are being read
     * @param ticker the time
     * @param filesPerSecond how many files are dealt with under one root at most, which may change; 0 for no bound
     * @param metrics where its metrics go
     * @return the reclaimer, to be closed before the store
     */
    public static Reclaimer start(
            StateStore store,
            LocalDirPolicy policy,
            OrphanCheck orphans,
            ActiveReads reads,
            Ticker ticker,
            IntSupplier filesPerSecond,
            MetricRegistry metrics) {
        LongConsumer rest = LockSupport::parkNanos;
        RootExecutors workers = new RootExecutors(
                root -> RootExecutors.newThread("cleanup-" + root),
                () -> new RateLimiter(filesPerSecond, System::nanoTime, rest));
        Reclaimer reclaimer = withoutTimer(store, policy, orphans, reads, ticker, metrics, workers);
        var unused = reclaimer.timer.scheduleWithFixedDelay(
                reclaimer::check, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        return reclaimer;
    }

    public static Reclaimer withoutTimer(
            StateStore store,
            LocalDirPolicy policy,
            OrphanCheck orphans,
            ActiveReads reads,
            Ticker ticker,
            MetricRegistry metrics,
            RootExecutors workers) {
        Map<LocalDir, DirRemoval> removals = new ConcurrentHashMap<>();
        AtomicBoolean closed = new AtomicBoolean();
        CleanupMetrics counters = CleanupMetrics.in(metrics, () -> (int)
                removals.values().stream().filter(removal -> !removal.isGone()).count());
        return new Reclaimer(
                removals,
                store,
                policy,
                ticker,
                workers,
                orphans,
                counters,
                new RemovalStepper(policy, orphans, reads, counters, closed::get),
                new RemovalFailures(counters),
                closed);
    }

    /**
     * Deletes dirs, in the background. A dir that is not there is done.
     *
     * @param intents orphans, and the dirs of applications that are over, so that no lookup finds them any more; each
     *     intent is in the store, from just now or from a former process
     */
    public void reclaim(List<StoredRemoval> intents) {
        long now = ticker.read();
        for (StoredRemoval intent : intents) {
            DirRemoval removal = new DirRemoval(intent, now);
            if (removals.putIfAbsent(intent.dir(), removal) == null) {
                beginIfDue(removal, now);
            }
        }
    }

    /** Begins with each removal whose time has come. */
    public void check() {
        long now = ticker.read();
        removals.values().forEach(removal -> beginIfDue(removal, now));
    }

    /**
     * Lets what is to be deleted under a root go at once: without rest, without waiting for the time of another try, and
     * each dir as soon as it is marked. What is being read is waited for all the same.
     */
    public void hurry(Path root) {
        if (workers.isHurried(root)) {
            return;
        }
        workers.hurry(root, true);
        long now = ticker.read();
        for (DirRemoval removal : removals.values()) {
            if (removal.dir.root().equals(root)) {
                removal.hurry(now);
                beginIfDue(removal, now);
            }
        }
    }

    /** Ends the hurry under a root. */
    public void takeTime(Path root) {
        workers.hurry(root, false);
    }

    /** What is still to be deleted under some roots. */
    public PendingRemovals waiting(Set<Path> roots) {
        List<DirRemoval> waiting = removals.values().stream()
                .filter(removal -> roots.contains(removal.dir.root()) && !removal.isGone())
                .toList();
        return new PendingRemovals(
                waiting.size(), waiting.stream().mapToLong(DirRemoval::bytes).sum());
    }

    /** The roots under which something is to be deleted, each with the inodes that it had when that was registered. */
    public Map<Path, Set<Long>> rootInodes() {
        Map<Path, Set<Long>> inodes = new HashMap<>();
        for (DirRemoval removal : removals.values()) {
            Set<Long> known = inodes.computeIfAbsent(removal.dir.root(), root -> new HashSet<>());
            if (removal.rootInode != null) {
                known.add(removal.rootInode);
            }
        }
        return inodes;
    }

    private void beginIfDue(DirRemoval removal, long now) {
        if (closed.get() || !removal.beginIfDue(now)) {
            return;
        }
        Path root = removal.dir.root();
        if (!policy.allows(root)) {
            // Where an allowed root is that hangs, or is not mounted, nobody knows yet: it may be this one.
            later(removal, policy.isSomeRootUnknown() ? LOOK_FOR_ROOT : troubles.refusedForRoot(removal));
            return;
        }
        try {
            workers.execute(root, pace -> remove(removal, pace));
        } catch (RejectedExecutionException e) {
            // Closed just now: the intent stays in the store.
            logger.debug("{} is left for the next start", removal.dir.path(), e);
        } catch (RuntimeException | Error e) {
            // No thread to be had, most likely: later, and the timer goes on.
            ThreadShortage.report("the deletion of " + removal.dir.path(), e);
            failed(removal, e);
        }
    }

    private void remove(DirRemoval removal, RateLimiter pace) {
        try {
            if (!closed.get()) {
                advance(removal, pace);
            }
        } catch (RootUnavailableException e) {
            logger.debug("{} waits for its root: {}", removal.dir.path(), e.getMessage());
            later(removal, LOOK_FOR_ROOT);
        } catch (OwnerUnknownException e) {
            // The store tells of a registry that cannot be read, once.
            logger.debug("{} waits: {}", removal.dir.path(), e.getMessage());
            later(removal, LOOK_FOR_OWNER);
        } catch (LocalDirRefusedException | NotADirectoryException e) {
            later(removal, troubles.refused(removal, e));
        } catch (IOException | RuntimeException | Error e) {
            // An error too, such as a moment without memory: whoever does not come back here is never tried again.
            failed(removal, e);
        }
    }

    private void advance(DirRemoval removal, RateLimiter pace) throws IOException, LocalDirRefusedException {
        if (removal.isGone()) {
            withdraw(removal);
            return;
        }
        switch (steps.advance(removal, pace)) {
            case MARKED -> {
                if (workers.isHurried(removal.dir.root())) {
                    // It is marked now, so that this comes to an end.
                    advance(removal, pace);
                    return;
                }
                later(removal, Duration.ZERO);
                // Behind all that waits for this root's thread.
                beginIfDue(removal, ticker.read());
            }
            case READ -> later(removal, WAIT_FOR_READS);
            case GONE -> {
                if (removal.isOrphan()) {
                    removal.gone();
                    counters.deletedOrphans().inc();
                    later(removal, ORPHANS_REMEMBERED);
                } else {
                    forget(removal);
                }
            }
            case OWNED_ELSEWHERE -> forget(removal);
            case STAYS -> withdraw(removal);
            case CLOSED -> logger.debug("{} is left for the next start", removal.dir.path());
        }
    }

    private void forget(DirRemoval removal) {
        var unused = store.deleteRemoval(removal.dir).whenComplete((done, failure) -> ended(removal, failure));
    }

    private void withdraw(DirRemoval removal) throws IOException {
        try {
            orphans.registries().deleteRemoval(removal.dir.path());
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        ended(removal, null);
    }

    private void ended(DirRemoval removal, @Nullable Throwable failure) {
        if (failure == null) {
            removals.remove(removal.dir, removal);
        } else {
            failed(removal, failure);
        }
    }

    private void failed(DirRemoval removal, Throwable reason) {
        if (!closed.get()) {
            later(removal, troubles.failed(removal, reason));
        }
    }

    private void later(DirRemoval removal, Duration delay) {
        removal.waitFor(delay, ticker.read());
    }

    /** Stops after the file that is being deleted; the intents stay in the store for the next start. */
    @Override
    public void close() {
        closed.set(true);
        timer.shutdownNow();
        workers.close(CLOSE_TIMEOUT);
    }
}
