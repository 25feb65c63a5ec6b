package dev.mesosshuffle.concurrent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rate-limited thread for each root, so that a disk that hangs stalls its own work only. A thread exists only while
 * there is work, and for 30 s after it. For any thread.
 */
public final class RootExecutors {
    private static final Logger logger = LoggerFactory.getLogger(RootExecutors.class);

    private final Map<Path, Worker> workers = new ConcurrentHashMap<>();
    private final Function<Path, ExecutorService> newExecutor;
    private final Supplier<RateLimiter> newRateLimiter;

    private final Set<Path> unthrottled = ConcurrentHashMap.newKeySet();

    private record Worker(ExecutorService executor, RateLimiter rateLimiter) {}

    /**
     * Creates executors on daemon threads, without any thread yet.
     *
     * @param threadPrefix the beginning of the threads' names; the root follows
     * @param filesPerSecond the rate for each root, which may change at any time; 0 for no limit
     */
    public RootExecutors(String threadPrefix, IntSupplier filesPerSecond) {
        this(
                root -> DaemonThreads.newSingleThread(threadPrefix + root),
                () -> new RateLimiter(filesPerSecond, System::nanoTime, LockSupport::parkNanos));
    }

    /**
     * Creates executors.
     *
     * @param newExecutor returns what runs the tasks of one root, one after the other
     */
    public RootExecutors(Function<Path, ExecutorService> newExecutor, Supplier<RateLimiter> newRateLimiter) {
        this.newExecutor = newExecutor;
        this.newRateLimiter = newRateLimiter;
    }

    /**
     * Runs a task on a root's thread, after all earlier tasks.
     *
     * @param task receives the root's rate limiter
     * @throws java.util.concurrent.RejectedExecutionException once closed
     */
    public void execute(Path root, Consumer<RateLimiter> task) {
        Worker worker = workers.computeIfAbsent(root, this::newWorker);
        worker.executor().execute(() -> task.accept(worker.rateLimiter()));
    }

    private Worker newWorker(Path root) {
        RateLimiter rateLimiter = newRateLimiter.get();
        rateLimiter.setUnthrottled(unthrottled.contains(root));
        return new Worker(newExecutor.apply(root), rateLimiter);
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
