package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoredRemoval;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the local dirs of applications that are over. The intent to do so is in the store before a dir comes here, and
 * stays there until the dir is gone, so that a crash at any point is made good by {@link #resume}:
 *
 * <pre>
 *   blockmgr-X --rename--> going-blockmgr-X --no read in flight--> deleted --> empty parents deleted --> intent deleted
 * </pre>
 *
 * <p>What fails is tried again, soon at first and then every hour. What is no longer what was accepted (a link has taken
 * its place, its root is not allowed any more) is not touched, and looked at again every hour.
 *
 * <p><b>Concurrency:</b> every method may be called from any thread, and none works on the disk. All disk work on a root
 * is done by one thread of that root's own, which comes and goes with the work, so that a hung disk stalls its own dirs
 * only. There are at most as many as there are allowed roots.
 */
public final class Reclaimer implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Reclaimer.class);

    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration WAIT_FOR_READS = Duration.ofMillis(500);
    private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(30);

    /** What is being deleted stops after the current file; only a hung disk takes longer, and then nothing helps. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Map<LocalDir, DirRemoval> removals;
    private final StateStore store;
    private final LocalDirPolicy policy;
    private final ReadsInFlight reads;
    private final LongSupplier nanoTime;
    private final CleanupMetrics metrics;
    private final Function<Path, ExecutorService> newWorker;
    private final Map<Path, ExecutorService> workers = new ConcurrentHashMap<>();
    private final Set<Path> refusedRoots = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, task -> daemon("cleanup-timer", task));

    private volatile boolean closed;

    private Reclaimer(
            Map<LocalDir, DirRemoval> removals,
            StateStore store,
            LocalDirPolicy policy,
            ReadsInFlight reads,
            LongSupplier nanoTime,
            CleanupMetrics metrics,
            Function<Path, ExecutorService> newWorker) {
        this.removals = removals;
        this.store = store;
        this.policy = policy;
        this.reads = reads;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
        this.newWorker = newWorker;
    }

    /**
     * Starts a reclaimer.
     *
     * @param store where the intents are
     * @param policy checks each dir once more
     * @param reads tells which applications' files are being read
     * @param nanoTime the time, in ns from any point
     * @param metrics where its metrics go
     * @return the reclaimer, to be closed before the store
     */
    public static Reclaimer start(
            StateStore store,
            LocalDirPolicy policy,
            ReadsInFlight reads,
            LongSupplier nanoTime,
            MetricRegistry metrics) {
        Reclaimer reclaimer = withoutTimer(store, policy, reads, nanoTime, metrics, Reclaimer::newWorker);
        var unused = reclaimer.timer.scheduleWithFixedDelay(
                reclaimer::check, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        return reclaimer;
    }

    static Reclaimer withoutTimer(
            StateStore store,
            LocalDirPolicy policy,
            ReadsInFlight reads,
            LongSupplier nanoTime,
            MetricRegistry metrics,
            Function<Path, ExecutorService> newWorker) {
        Map<LocalDir, DirRemoval> removals = new ConcurrentHashMap<>();
        return new Reclaimer(
                removals, store, policy, reads, nanoTime, CleanupMetrics.in(metrics, removals::size), newWorker);
    }

    static ExecutorService newWorker(Path root) {
        ThreadPoolExecutor worker = new ThreadPoolExecutor(
                1,
                1,
                IDLE_THREAD_LIFE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon("cleanup-" + root, task));
        worker.allowCoreThreadTimeOut(true);
        return worker;
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Deletes dirs, in the background.
     *
     * @param appId the application they belonged to, which is over: no lookup finds it any more
     * @param dirs the dirs, the intent to delete each being in the store
     */
    public void reclaim(String appId, List<LocalDir> dirs) {
        long now = nanoTime.getAsLong();
        for (LocalDir dir : dirs) {
            DirRemoval removal = new DirRemoval(dir, appId, now);
            if (removals.putIfAbsent(dir, removal) == null) {
                beginIfDue(removal, now);
            }
        }
    }

    /**
     * Goes on with what another process left, in the background. A dir that is not there is done.
     *
     * @param stored the intents that the store held at start
     */
    public void resume(List<StoredRemoval> stored) {
        stored.forEach(removal -> reclaim(removal.appId(), List.of(removal.dir())));
    }

    /** Begins with each removal whose time has come. */
    void check() {
        long now = nanoTime.getAsLong();
        removals.values().forEach(removal -> beginIfDue(removal, now));
    }

    private void beginIfDue(DirRemoval removal, long now) {
        if (closed || !removal.beginIfDue(now)) {
            return;
        }
        Path root = removal.dir.root();
        if (!policy.allows(root)) {
            refusedForRoot(removal);
            return;
        }
        try {
            workers.computeIfAbsent(root, newWorker).execute(() -> remove(removal));
        } catch (RejectedExecutionException e) {
            // Closed just now: the intent stays in the store.
            logger.debug("{} is left for the next start", removal.dir.path(), e);
        } catch (RuntimeException | Error e) {
            // No thread to be had, most likely: later, and the timer goes on.
            failed(removal, e);
        }
    }

    private void remove(DirRemoval removal) {
        try {
            if (!closed) {
                advance(removal);
            }
        } catch (LocalDirRefusedException | NotADirException e) {
            refused(removal, e);
        } catch (IOException | RuntimeException e) {
            failed(removal, e);
        }
    }

    private void advance(DirRemoval removal) throws IOException, LocalDirRefusedException {
        LocalDir dir = removal.dir;
        policy.checkAgain(dir);
        if (!removal.isMarked()) {
            GoingDirs.mark(dir);
            removal.marked();
        }
        if (!removal.isMeasured()) {
            removal.measured(GoingDirs.size(dir, this::isClosed), metrics.bytesWaiting());
        }
        if (reads.any(removal.appId)) {
            removal.waitFor(WAIT_FOR_READS, nanoTime.getAsLong());
            return;
        }
        GoingDirs.delete(dir, this::isClosed, size -> deleted(removal, size));
        if (!closed) {
            removal.deleted(Long.MAX_VALUE, metrics.bytesWaiting());
            var unused = store.removalDone(dir).whenComplete((done, failure) -> ended(removal, failure));
        }
    }

    private boolean isClosed() {
        return closed;
    }

    private void deleted(DirRemoval removal, long size) {
        metrics.deletedFiles().inc();
        metrics.deletedBytes().inc(size);
        removal.deleted(size, metrics.bytesWaiting());
    }

    private void ended(DirRemoval removal, @Nullable Throwable failure) {
        if (failure == null) {
            removals.remove(removal.dir, removal);
        } else {
            failed(removal, failure);
        }
    }

    private void failed(DirRemoval removal, Throwable reason) {
        if (closed) {
            return;
        }
        metrics.failures().inc();
        Duration delay = removal.failed();
        if (removal.isWorthAWarning()) {
            logger.warn(
                    "Cannot delete local dir {} of application {}, which is over: {}. It is tried again for as long as"
                            + " it takes, at last every hour.",
                    removal.dir.path(),
                    removal.appId,
                    String.valueOf(reason));
        } else {
            logger.debug("Cannot delete {} yet", removal.dir.path(), reason);
        }
        removal.waitFor(delay, nanoTime.getAsLong());
    }

    private void refused(DirRemoval removal, Exception reason) {
        if (removal.isFirstRefusal()) {
            logger.error(
                    "Local dir {} of application {}, which is over, is not what was registered, and nothing of it is"
                            + " deleted: {}. Look who did that; delete it by hand.",
                    removal.dir.path(),
                    removal.appId,
                    reason.getMessage());
        }
        refuse(removal);
    }

    private void refusedForRoot(DirRemoval removal) {
        Path root = removal.dir.root();
        if (refusedRoots.add(root)) {
            logger.error(
                    "Local dirs of applications that are over stay under {}: it is not among the roots that may be"
                            + " cleaned (spark.local.dir). Add it there again, or delete them by hand.",
                    root);
        }
        refuse(removal);
    }

    private void refuse(DirRemoval removal) {
        metrics.refusals().inc();
        removal.waitFor(DirRemoval.LONGEST_DELAY, nanoTime.getAsLong());
    }

    /** Stops after the file that is being deleted; the intents stay in the store for the next start. */
    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        workers.values().forEach(ExecutorService::shutdown);
        long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        try {
            for (Map.Entry<Path, ExecutorService> worker : workers.entrySet()) {
                if (!worker.getValue().awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    logger.warn("Deleting under {} hangs; the next start goes on with it", worker.getKey());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
