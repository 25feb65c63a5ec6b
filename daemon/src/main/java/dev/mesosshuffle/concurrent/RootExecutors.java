package dev.mesosshuffle.concurrent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rate-limited thread for each root, so that a disk that hangs stalls its own work only. A thread exists only while
 * there is work, and for 30 s after it. One that hangs can be replaced, by one more. For any thread.
 */
public final class RootExecutors {
    private static final Logger logger = LoggerFactory.getLogger(RootExecutors.class);

    private final Map<Path, Worker> workers = new ConcurrentHashMap<>();
    private final Function<Path, ExecutorService> newExecutor;
    private final Supplier<RateLimiter> newRateLimiter;

    private final Set<Path> unthrottled = ConcurrentHashMap.newKeySet();

    private final Ticker ticker;

    /** What works for a root; {@code hungTasks} is null where its threads are not ours. */
    private record Worker(
            ExecutorService executor,
            RateLimiter rateLimiter,
            @Nullable HungTasks hungTasks) {
        void execute(Consumer<RateLimiter> task) {
            Runnable limited = () -> task.accept(rateLimiter);
            executor.execute(hungTasks == null ? limited : () -> hungTasks.run(limited));
        }
    }

    /**
     * Creates executors on daemon threads, without any thread yet.
     *
     * @param threadPrefix the beginning of the threads' names; the root follows
     * @param filesPerSecond the rate for each root, which may change at any time; 0 for no limit
     */
    public RootExecutors(String threadPrefix, IntSupplier filesPerSecond) {
        this(threadPrefix, filesPerSecond, System::nanoTime);
    }

    /** With the time that {@link #replaceHungThreads} goes by. */
    public RootExecutors(String threadPrefix, IntSupplier filesPerSecond, Ticker ticker) {
        this(
                root -> DaemonThreads.newSingleThread(threadPrefix + root),
                () -> new RateLimiter(filesPerSecond, System::nanoTime, LockSupport::parkNanos),
                ticker);
    }

    /**
     * Creates executors.
     *
     * @param newExecutor returns what runs the tasks of one root, one after the other
     */
    public RootExecutors(Function<Path, ExecutorService> newExecutor, Supplier<RateLimiter> newRateLimiter) {
        this(newExecutor, newRateLimiter, System::nanoTime);
    }

    private RootExecutors(
            Function<Path, ExecutorService> newExecutor, Supplier<RateLimiter> newRateLimiter, Ticker ticker) {
        this.newExecutor = newExecutor;
        this.newRateLimiter = newRateLimiter;
        this.ticker = ticker;
    }

    /**
     * Runs a task on a root's thread, after all earlier tasks.
     *
     * @param task receives the root's rate limiter
     * @throws java.util.concurrent.RejectedExecutionException once closed
     */
    public void execute(Path root, Consumer<RateLimiter> task) {
        workers.computeIfAbsent(root, this::newWorker).execute(task);
    }

    private Worker newWorker(Path root) {
        RateLimiter rateLimiter = newRateLimiter.get();
        rateLimiter.setUnthrottled(unthrottled.contains(root));
        ExecutorService executor = newExecutor.apply(root);
        if (!(executor instanceof ThreadPoolExecutor pool)) {
            return new Worker(executor, rateLimiter, null);
        }
        HungTasks hungTasks = new HungTasks(root + " for removals", pool, ticker);
        rateLimiter.beforeEachFile(hungTasks::progressed);
        return new Worker(executor, rateLimiter, hungTasks);
    }

    /**
     * Gives each root whose thread has come to hang another: its task has neither ended nor come to its next file for a minute.
     * To be called now and then; does not wait. Whoever calls it must expect two threads at work under a root, once the first
     * goes on.
     */
    public void replaceHungThreads() {
        for (Worker worker : workers.values()) {
            if (worker.hungTasks() != null) {
                worker.hungTasks().check();
            }
        }
    }

    /** Lifts the rate limit of a root, or restores it, from the next file on. */
    public void setUnthrottled(Path root, boolean value) {
        if (value) {
            unthrottled.add(root);
        } else {
            unthrottled.remove(root);
        }
        Worker worker = workers.get(root);
        if (worker != null) {
            worker.rateLimiter().setUnthrottled(value);
        }
    }

    /** Returns whether the rate limit of a root is lifted. */
    public boolean isUnthrottled(Path root) {
        return unthrottled.contains(root);
    }

    /**
     * Accepts no more tasks, and waits for those that run or are queued.
     *
     * @param timeout how long to wait for all roots together
     */
    public void close(Duration timeout) {
        workers.values().forEach(worker -> worker.executor().shutdown());
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (Map.Entry<Path, Worker> worker : workers.entrySet()) {
                long left = deadline - System.nanoTime();
                if (!worker.getValue().executor().awaitTermination(left, TimeUnit.NANOSECONDS)) {
                    logger.warn("Work under {} hangs; the next start resumes it", worker.getKey());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
