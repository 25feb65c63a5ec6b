package dev.mesosshuffle.concurrent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread for each root, which comes and goes with the work, and the pace at which it works. For any thread. */
public final class RootExecutors {
    private static final Logger logger = LoggerFactory.getLogger(RootExecutors.class);

    private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(30);

    private final Map<Path, Worker> workers = new ConcurrentHashMap<>();
    private final Function<Path, ExecutorService> newThread;
    private final Supplier<RateLimiter> newPace;

    private final Set<Path> hurried = ConcurrentHashMap.newKeySet();

    private record Worker(ExecutorService thread, RateLimiter pace) {}

    public RootExecutors(Function<Path, ExecutorService> newThread, Supplier<RateLimiter> newPace) {
        this.newThread = newThread;
        this.newPace = newPace;
    }

    /**
     * Has a root's thread do something, after all that it was given before.
     *
     * @param task is given the root's pace
     * @throws java.util.concurrent.RejectedExecutionException once closed
     */
    public void execute(Path root, Consumer<RateLimiter> task) {
        Worker worker = workers.computeIfAbsent(root, this::newWorker);
        worker.thread().execute(() -> task.accept(worker.pace()));
    }

    private Worker newWorker(Path root) {
        RateLimiter pace = newPace.get();
        pace.hurry(hurried.contains(root));
        return new Worker(newThread.apply(root), pace);
    }

    /** Sets whether a root's thread does not rest, from the next file on. */
    public void hurry(Path root, boolean hurry) {
        if (hurry) {
            hurried.add(root);
        } else {
            hurried.remove(root);
        }
        Worker worker = workers.get(root);
        if (worker != null) {
            worker.pace().hurry(hurry);
        }
    }

    public boolean isHurried(Path root) {
        return hurried.contains(root);
    }

    /** Takes nothing more, and waits for what is being done. */
    public void close(Duration timeout) {
        workers.values().forEach(worker -> worker.thread().shutdown());
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (Map.Entry<Path, Worker> worker : workers.entrySet()) {
                long left = deadline - System.nanoTime();
                if (!worker.getValue().thread().awaitTermination(left, TimeUnit.NANOSECONDS)) {
                    logger.warn("Work under {} hangs; the next start goes on with it", worker.getKey());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static ExecutorService newThread(String name) {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_THREAD_LIFE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(name, task));
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    public static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
