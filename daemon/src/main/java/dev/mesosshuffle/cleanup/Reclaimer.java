package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.NotADirectoryException;
import dev.mesosshuffle.host.RootUnavailableException;
import dev.mesosshuffle.jfr.FlightRecording;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the local dirs of expired applications, and orphans. The intent is in the store before a dir is passed to the
 * reclaimer, and stays there until the dir is deleted. After a crash at any point, the stored intents are passed again:
 *
 * <pre>
 *   blockmgr-X --rename--> going-blockmgr-X --no read in flight--> deleted --> empty parents deleted --> intent deleted
 * </pre>
 *
 * <p>A failed removal is retried, soon at first and later every hour. A dir that is no longer what was accepted (a link
 * has replaced it, or its root is not allowed any more) is left untouched, and checked again every hour. While a root is
 * not mounted, no dir under it counts as deleted.
 *
 * <p><b>Concurrency:</b> every method may be called from any thread, and none works on the disk. All disk work on a root
 * runs on one thread for that root, which is rate limited, so that a hung disk stalls its own dirs only. A thread that hangs
 * at one dir is replaced, once: there are at most twice as many threads as allowed roots. A thread renames all dirs before it deletes any; then applications take turns ({@link
 * RemovalTurns}), so that none waits until all files of another are deleted.
 */
public final class Reclaimer implements AutoCloseable {
    /** How often to check for removals that are due. */
    public static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    /**
     * How long the intent outlives an orphan: a service that inspected the dir before its deletion, and was then delayed,
     * does not register what no longer exists.
     */
    public static final Duration INTENT_RETENTION = Duration.ofMinutes(10);

    /** A check of a root costs little, and its disk may be nearly full. {@code RootMonitor} logs that it is unavailable. */
    static final Duration ROOT_RETRY_DELAY = Duration.ofMinutes(1);

    /** An operator has to repair a registry first, or its disk. */
    static final Duration OWNER_RETRY_DELAY = Duration.ofSeconds(30);

    private static final Logger logger = LoggerFactory.getLogger(Reclaimer.class);

    /** How long a client may take to read what it asked for before the decision; Spark's gives up on idle connections then. */
    static final Duration READ_LIMIT = Duration.ofMinutes(2);

    private static final Duration READ_RETRY_DELAY = Duration.ofMillis(500);

    /** A deletion stops after the current file; only a hung disk takes longer, and then waiting does not help. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final RemovalTable removals;
    private final Map<Path, RemovalTurns> turnsOfRoots = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final StateStore store;
    private final RemovalGuards guards;
    private final Ticker ticker;
    private final RootExecutors workers;
    private final CleanupMetrics metrics;
    private final RemovalStepper stepper;
    private final RemovalFailures failures;
    private final EventRecorder events;
    private final UndecidedRemovals undecided = new UndecidedRemovals();
    private final PeriodicTask timer = new PeriodicTask("cleanup-timer", this::check);

    /**
     * Creates a reclaimer, to be closed before the store. Retries need {@link #start}, or calls of {@link #check}.
     *
     * @param store holds the intents
     * @param workers run the disk work, at the rate that they allow
     * @param registry receives the metrics
     * @param memory the budget of what is registered: a removal counts until its intent is deleted, so that as much as what
     *     waits for a disk can no longer be registered
     * @param events keeps what was deleted
     */
    public Reclaimer(
            StateStore store,
            RemovalGuards guards,
            Ticker ticker,
            RootExecutors workers,
            MetricRegistry registry,
            ByteBudget memory,
            EventRecorder events) {
        this.store = store;
        this.removals = new RemovalTable(memory);
        this.guards = guards;
        this.ticker = ticker;
        this.workers = workers;
        this.metrics =
                CleanupMetrics.in(registry, removals::pendingDirs, () -> removals.longestWaitNanos(ticker.read()));
        this.stepper = new RemovalStepper(guards, metrics, closed::get);
        this.failures = new RemovalFailures(metrics);
        this.events = events;
    }

    /**
     * Starts the periodic check for removals that are due.
     *
     * @param interval the time between two checks
     */
    public void start(Duration interval) {
        timer.start(interval, interval);
    }

    /**
     * Deletes dirs in the background. A dir that does not exist counts as deleted.
     *
     * @param intents orphans, and the dirs of expired applications, so that no lookup finds them any more; each intent is
     *     in the store, from just now or from a former process
     */
    public void reclaim(List<StoredRemoval> intents) {
        prepare(intents).start();
    }

    /**
     * Makes ready to delete dirs, before the intents are stored: once they are, no lack of memory makes this process forget
     * them.
     *
     * @param intents as for {@link #reclaim}, but not stored yet
     * @return to be started when they are stored, or else cancelled
     */
    public PreparedRemovals prepare(List<StoredRemoval> intents) {
        PreparedRemovals prepared = new PreparedRemovals(this, intents.size());
        boolean complete = false;
        try {
            for (StoredRemoval intent : intents) {
                DirRemoval removal = new DirRemoval(intent);
                prepared.add(removal);
                removals.prepare(removal);
            }
            complete = true;
        } finally {
            if (!complete) {
                prepared.cancel();
            }
        }
        return prepared;
    }

    /** Starts a removal that was prepared, unless its dir is being removed already. */
    void start(DirRemoval removal) {
        long now = ticker.read();
        try {
            if (!removals.decide(removal, now)) {
                return;
            }
        } catch (OutOfMemoryError e) {
            // Its intent is stored: with the next check, it is tried again.
            HeapShortage.survived(e);
            undecided.add(removal);
            return;
        }
        startIfDue(removal, now);
    }

    /** Forgets a removal that was prepared, but whose intent could not be stored; not that of another caller. */
    void cancel(DirRemoval removal) {
        removals.cancel(removal);
    }

    /** Starts each removal that is due. */
    public void check() {
        for (DirRemoval late = undecided.takeAll(); late != null; ) {
            DirRemoval following = late.unlink();
            start(late);
            late = following;
        }
        long now = ticker.read();
        removals.all().forEach(removal -> startIfDue(removal, now));
        workers.replaceHungThreads();
    }

    /**
     * Lifts the rate limit under a root, or restores it. When lifted, all removals under the root start at once: without
     * pauses, before their next attempt is due, and each dir as soon as it is renamed. Dirs that are being read still wait.
     */
    public void setUnthrottled(Path root, boolean unthrottled) {
        if (!unthrottled) {
            workers.setUnthrottled(root, false);
            return;
        }
        if (workers.isUnthrottled(root)) {
            return;
        }
        workers.setUnthrottled(root, true);
        long now = ticker.read();
        for (DirRemoval removal : removals.all()) {
            if (removal.dir.root().equals(root)) {
                removal.makeDue(now);
                startIfDue(removal, now);
            }
        }
    }

    /** Returns what is still to be deleted under some roots. */
    public PendingRemovals pending(Set<Path> roots) {
        List<DirRemoval> pending = removals.all().stream()
                .filter(removal -> roots.contains(removal.dir.root()) && removal.isDecided() && !removal.isDeleted())
                .toList();
        return new PendingRemovals(
                pending.size(), pending.stream().mapToLong(DirRemoval::bytes).sum());
    }

    /** Returns the roots with removals, each with the inodes that it had when the dirs were registered. */
    public Map<Path, Set<Long>> rootInodes() {
        Map<Path, Set<Long>> inodes = new HashMap<>();
        for (DirRemoval removal : removals.all()) {
            Set<Long> known = inodes.computeIfAbsent(removal.dir.root(), root -> new HashSet<>());
            if (removal.rootInode != null) {
                known.add(removal.rootInode);
            }
        }
        return inodes;
    }

    private void startIfDue(DirRemoval removal, long now) {
        if (closed.get() || !removal.startIfDue(now)) {
            return;
        }
        RemovalTurns turns = null;
        try {
            Path root = removal.dir.root();
            if (!guards.policy().allows(root)) {
                // An allowed root that hangs or is not mounted has no known real path yet: it may be this one.
                Duration delay =
                        guards.policy().isSomeRootUnknown() ? ROOT_RETRY_DELAY : failures.refusedForRoot(removal);
                reschedule(removal, delay);
                return;
            }
            RemovalTurns its = turnsOfRoots.computeIfAbsent(root, key -> new RemovalTurns());
            its.add(removal);
            turns = its;
            // One task for each removal that waits; it takes the one whose turn it is then.
            workers.execute(root, rateLimiter -> removeNext(its, rateLimiter));
        } catch (RejectedExecutionException e) {
            // Closed just now: the intent stays in the store.
            logger.debug("{} is left to the next start", removal.dir.path(), e);
        } catch (RuntimeException | Error e) {
            // Most likely no thread can be created: retried later, and the caller continues with the other removals.
            notStarted(turns == null ? removal : turns.poll(), e);
        }
    }

    /** Handles what is left without a task, if anything is; it need not be the removal whose task could not be started. */
    private void notStarted(@Nullable DirRemoval left, Throwable reason) {
        if (left != null) {
            failed(left, reason);
            ThreadShortage.report("the deletion of " + left.dir.path(), reason);
        }
    }

    private void removeNext(RemovalTurns turns, RateLimiter rateLimiter) {
        DirRemoval removal = turns.poll();
        if (removal != null) {
            remove(removal, turns, rateLimiter);
        }
    }

    private void remove(DirRemoval removal, RemovalTurns turns, RateLimiter rateLimiter) {
        try {
            if (!closed.get()) {
                advance(
                        removal,
                        new RemovalTurn(
                                rateLimiter,
                                closed::get,
                                (isUsedUp, hasDeleted) -> turns.shouldYield(removal, isUsedUp, hasDeleted),
                                removal.turnsInVain(),
                                ticker));
            }
        } catch (RootUnavailableException e) {
            reschedule(removal, ROOT_RETRY_DELAY);
            logger.debug("{} waits for its root: {}", removal.dir.path(), e.getMessage());
        } catch (OwnerUnknownException e) {
            reschedule(removal, OWNER_RETRY_DELAY);
            // The store logs once that a registry cannot be read.
            logger.debug("{} waits: {}", removal.dir.path(), e.getMessage());
        } catch (LocalDirRefusedException | NotADirectoryException e) {
            Duration delay = DirRemoval.MAX_DELAY;
            try {
                delay = failures.refused(removal, e);
            } finally {
                reschedule(removal, delay);
            }
        } catch (IOException | RuntimeException | Error e) {
            // An error too, such as a moment without memory: a removal that is not rescheduled here is never retried.
            failed(removal, e);
        }
    }

    private void advance(DirRemoval removal, RemovalTurn turn) throws IOException, LocalDirRefusedException {
        if (removal.isDeleted()) {
            withdraw(removal);
            return;
        }
        switch (stepper.advance(removal, turn)) {
            case RENAMED -> {
                if (workers.isUnthrottled(removal.dir.root())) {
                    // It is renamed now, so this recursion ends.
                    advance(removal, turn);
                    return;
                }
                continueLater(removal);
            }
            case TURN_OVER -> {
                if (turn.isUsedUp()) {
                    removal.turnInVain();
                }
                continueLater(removal);
            }
            case IN_USE -> {
                if (ticker.read() - removal.decidedAt() >= READ_LIMIT.toNanos()) {
                    guards.reads().endOlderThan(Objects.requireNonNull(removal.appId), removal.decidedAt());
                }
                reschedule(removal, READ_RETRY_DELAY);
            }
            case DELETED -> {
                report(removal);
                if (removal.isOrphan()) {
                    removal.deleted();
                    metrics.deletedOrphans().inc();
                    reschedule(removal, INTENT_RETENTION);
                } else {
                    deleteIntent(removal);
                }
            }
            case OWNED_BY_PEER -> deleteIntent(removal);
            case NOT_OURS -> {
                if (removal.isOrphan()) {
                    withdraw(removal);
                } else {
                    deleteIntent(removal);
                }
            }
            case RETAINED -> withdraw(removal);
            case INTERRUPTED -> logger.debug("{} is left to the next start", removal.dir.path());
        }
    }

    /** It is deleted, whether or not there is memory to tell of it. */
    private void report(DirRemoval removal) {
        try {
            String path = removal.dir.path().toString();
            events.record(EventKind.REMOVAL, removal.appId == null ? "" : removal.appId, "deleted " + path);
            FlightRecording.removed(removal.appId, path, ticker.read() - removal.decidedAt());
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    /** Queued behind those of this root that have their turn first. */
    private void continueLater(DirRemoval removal) {
        reschedule(removal, Duration.ZERO);
        startIfDue(removal, ticker.read());
    }

    private void deleteIntent(DirRemoval removal) {
        var unused = store.deleteRemoval(removal.dir).whenComplete((done, failure) -> completed(removal, failure));
    }

    /** Deletes the intent to delete an orphan from all registries. */
    private void withdraw(DirRemoval removal) throws IOException {
        try {
            guards.peers().deleteRemoval(removal.dir.path());
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        completed(removal, null);
    }

    private void completed(DirRemoval removal, @Nullable Throwable failure) {
        if (failure == null) {
            removals.remove(removal);
        } else {
            failed(removal, failure);
        }
    }

    /** Reschedules it even if there is no memory to report the failure. */
    private void failed(DirRemoval removal, Throwable reason) {
        if (closed.get()) {
            return;
        }
        Duration delay = OWNER_RETRY_DELAY;
        try {
            delay = failures.failed(removal, reason);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        } finally {
            reschedule(removal, delay);
        }
        if (reason instanceof OutOfMemoryError shortage) {
            HeapShortage.survived(shortage);
        }
    }

    private void reschedule(DirRemoval removal, Duration delay) {
        removal.reschedule(delay, ticker.read());
    }

    /** Stops after the current file; the intents stay in the store for the next start. */
    @Override
    public void close() {
        closed.set(true);
        timer.close();
        workers.close(CLOSE_TIMEOUT);
    }
}
