package dev.mesosshuffle.concurrent;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * One bounded pool of threads for each local root, that is for each disk: a disk that hangs stalls its own threads
 * and its own queue, and nothing else. For any thread.
 *
 * <p>The threads are never interrupted, because that would close the files that they read.
 */
public final class DiskExecutors implements AutoCloseable {
    private static final long IDLE_THREAD_SECONDS = 60;

    private final int threadsPerDisk;
    private final int queueCapacity;
    private final MetricRegistry metrics;
    private final Ticker ticker;
    private final Function<String, ThreadFactory> threads;
    private final ConcurrentMap<Path, Disk> disks = new ConcurrentHashMap<>();

    private record Disk(ThreadPoolExecutor pool, HungTasks hungTasks, Timer readLatency, Counter readErrors) {}

    /**
     * Creates pools without any thread yet.
     *
     * @param threadsPerDisk how many threads each disk gets
     * @param queueCapacity how many tasks may wait for each disk
     * @param metrics gets, for each disk, {@code shuffleService.disk.ROOT.queue}, {@code .activeThreads},
     *     {@code .hungThreads}, {@code .readLatencyMillis} and {@code .readErrors}
     */
    public DiskExecutors(int threadsPerDisk, int queueCapacity, MetricRegistry metrics) {
        this(threadsPerDisk, queueCapacity, metrics, System::nanoTime, DiskExecutors::named);
    }

    /** With a clock and threads of a test, which creates them by the beginning of their names. */
    DiskExecutors(
            int threadsPerDisk,
            int queueCapacity,
            MetricRegistry metrics,
            Ticker ticker,
            Function<String, ThreadFactory> threads) {
        this.threadsPerDisk = threadsPerDisk;
        this.queueCapacity = queueCapacity;
        this.metrics = metrics;
        this.ticker = ticker;
        this.threads = threads;
    }

    /**
     * Runs a task on a disk's pool.
     *
     * @param root the local root that stands for the disk
     * @throws RejectedExecutionException if the queue is full, or the pools are closed; a {@link
     *     ThreadShortageException} if no thread can be created
     */
    public void execute(Path root, Runnable task) {
        Disk disk = disk(root);
        Runnable timed = () -> disk.hungTasks().run(() -> disk.readLatency().time(task));
        try {
            disk.pool().execute(timed);
        } catch (OutOfMemoryError e) {
            if (!ThreadShortage.isCauseOf(e)) {
                throw e;
            }
            ThreadShortage.report("work under " + root, e);
            queue(disk.pool(), timed, e);
        }
    }

    /** Queues a task for the threads that exist; without any, it is rejected. */
    private static void queue(ThreadPoolExecutor pool, Runnable task, OutOfMemoryError reason) {
        boolean waits = pool.getPoolSize() > 0 && pool.getQueue().offer(task);
        // The last thread may just have ended.
        if (!waits || (pool.getPoolSize() == 0 && pool.remove(task))) {
            throw new ThreadShortageException(reason);
        }
    }

    /** Replaces the threads that have come to hang. To be called now and then; does not wait. */
    public void replaceHungThreads() {
        disks.values().forEach(disk -> disk.hungTasks().check());
    }

    /** Counts a failed read, so that operators see which disk fails. */
    public void countReadError(Path root) {
        disk(root).readErrors().inc();
    }

    private Disk disk(Path root) {
        return disks.computeIfAbsent(root, this::newDisk);
    }

    private Disk newDisk(Path root) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threadsPerDisk,
                threadsPerDisk,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(queueCapacity),
                threads.apply("disk-" + root + "-"));
        pool.allowCoreThreadTimeOut(true);
        String name = "shuffleService.disk." + root;
        metrics.gauge(name + ".queue", () -> (Gauge<Integer>) pool.getQueue()::size);
        metrics.gauge(name + ".activeThreads", () -> (Gauge<Integer>) pool::getActiveCount);
        HungTasks hungTasks = new HungTasks(root.toString(), pool, ticker);
        metrics.gauge(name + ".hungThreads", () -> (Gauge<Integer>) hungTasks::count);
        return new Disk(
                pool, hungTasks, metrics.timer(name + ".readLatencyMillis"), metrics.counter(name + ".readErrors"));
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> DaemonThreads.newThread(prefix + count.incrementAndGet(), task);
    }

    /** Accepts no more tasks; those that run continue on daemon threads. */
    @Override
    public void close() {
        disks.values().forEach(disk -> disk.pool().shutdown());
    }
}
