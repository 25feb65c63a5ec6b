package dev.mesosshuffle.concurrent;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One bounded pool of threads for each local root, that is for each disk: a disk that hangs stalls its own threads
 * and its own queue, and nothing else. At each disk, clients take turns ({@link FairExecutor}). For any thread.
 */
public final class DiskExecutors implements ClientDiskExecutor, AutoCloseable {
    /**
     * How many tasks of one client may wait for a disk. A connection has one batch of blocks for each of two lanes, and one
     * slice of each of a few other requests.
     */
    static final int MAX_QUEUED_PER_CLIENT = 64;

    private final int threadsPerDisk;
    private final int queueCapacity;
    private final MetricRegistry metrics;
    private final Ticker ticker;
    private final Function<String, ThreadFactory> threads;
    private final UnaryOperator<Path> names;

    /** By its name. */
    private final ConcurrentMap<Path, Disk> disks = new ConcurrentHashMap<>();

    /** By every path that it was used by, so that its name is looked up once. */
    private final ConcurrentMap<Path, Disk> byPath = new ConcurrentHashMap<>();

    private record Disk(FairExecutor pool, HungTasks hungTasks, Timer readLatency, Counter readErrors) {
        private void runTimed(Runnable task) {
            long begin = System.nanoTime();
            try {
                task.run();
            } finally {
                measured(System.nanoTime() - begin);
            }
        }

        /** The task has ended, and whoever waits has been told: a lack of memory costs nothing but the measurement. */
        private void measured(long nanos) {
            try {
                readLatency.update(nanos, TimeUnit.NANOSECONDS);
            } catch (OutOfMemoryError e) {
                HeapShortage.survived(e);
            }
        }
    }

    /**
     * Creates pools without any thread yet.
     *
     * @param threadsPerDisk how many threads each disk gets
     * @param queueCapacity how many tasks may wait for each disk
     * @param metrics gets, for each disk, {@code shuffleService.disk.ROOT.queue}, {@code .activeThreads},
     *     {@code .hungThreads}, {@code .readLatencyMillis} and {@code .readErrors}
     * @param names returns the path by which operators know a root, from its real path
     */
    public DiskExecutors(int threadsPerDisk, int queueCapacity, MetricRegistry metrics, UnaryOperator<Path> names) {
        this(threadsPerDisk, queueCapacity, metrics, names, System::nanoTime, DiskExecutors::named);
    }

    /** As the other, where each root is known by the path that it is used by. */
    public DiskExecutors(int threadsPerDisk, int queueCapacity, MetricRegistry metrics) {
        this(threadsPerDisk, queueCapacity, metrics, UnaryOperator.identity());
    }

    /**
     * Creates pools of their own for one kind of work, without any thread yet and without metrics.
     *
     * @param threadPrefix the beginning of the threads' names
     * @param threadsPerDisk how many threads each disk gets
     * @param queueCapacity how many tasks may wait for each disk
     */
    public static DiskExecutors forWork(String threadPrefix, int threadsPerDisk, int queueCapacity) {
        return new DiskExecutors(
                threadsPerDisk,
                queueCapacity,
                new MetricRegistry(),
                UnaryOperator.identity(),
                System::nanoTime,
                disk -> named(threadPrefix + disk));
    }

    /** With a clock and threads of a test, which creates them by the beginning of their names. */
    DiskExecutors(
            int threadsPerDisk,
            int queueCapacity,
            MetricRegistry metrics,
            UnaryOperator<Path> names,
            Ticker ticker,
            Function<String, ThreadFactory> threads) {
        this.threadsPerDisk = threadsPerDisk;
        this.queueCapacity = queueCapacity;
        this.metrics = metrics;
        this.names = names;
        this.ticker = ticker;
        this.threads = threads;
    }

    /**
     * Registers the metrics of disks that nothing has used yet, so that operators see zeros instead of nothing.
     *
     * @param roots their roots
     */
    public void prepare(Iterable<Path> roots) {
        roots.forEach(this::disk);
    }

    /**
     * Runs a task on a disk's pool, which no client has any others for: it takes a turn of its own.
     *
     * @param root the local root that stands for the disk
     * @throws RejectedExecutionException if the queue is full, or the pools are closed; a {@link
     *     ThreadShortageException} if no thread can be created
     */
    public void execute(Path root, Runnable task) {
        execute(root, task, task);
    }

    /**
     * Runs a task on a disk's pool, once it is its client's turn.
     *
     * @param root the local root that stands for the disk
     * @param client whose turn it takes, such as a connection
     * @throws RejectedExecutionException if the queue is full, or the client's part of it, or the pools are closed; a
     *     {@link ThreadShortageException} if no thread can be created
     */
    @Override
    public void execute(Path root, Object client, Runnable task) {
        Disk disk = disk(root);
        // Here, so that a thread of the disk needs no memory to begin with it.
        Runnable timed = () -> disk.runTimed(task);
        disk.pool().execute(client, () -> disk.hungTasks().run(timed));
    }

    /** Replaces the threads that have come to hang. To be called now and then; does not wait. */
    public void replaceHungThreads() {
        disks.values().forEach(disk -> disk.hungTasks().check());
    }

    /** Counts a failed read, so that operators see which disk fails. */
    public void countReadError(Path root) {
        disk(root).readErrors().inc();
    }

    /**
     * What the threads of a disk do. For any thread; waits for no disk.
     *
     * @param root the local root that stands for the disk
     * @return its figures; those of a disk that was never used if it is unknown
     */
    public DiskActivity activity(Path root) {
        Disk disk = disks.get(names.apply(root));
        if (disk == null) {
            return DiskActivity.NONE;
        }
        return new DiskActivity(
                disk.pool().queuedTasks(),
                disk.pool().activeTasks(),
                disk.hungTasks().count(),
                disk.readLatency().getCount(),
                disk.readErrors().getCount());
    }

    private Disk disk(Path root) {
        Disk known = byPath.get(root);
        return known == null
                ? byPath.computeIfAbsent(root, path -> disks.computeIfAbsent(names.apply(path), this::newDisk))
                : known;
    }

    private Disk newDisk(Path root) {
        FairExecutor pool = new FairExecutor(
                "work under " + root,
                threadsPerDisk,
                queueCapacity,
                Math.min(queueCapacity, MAX_QUEUED_PER_CLIENT),
                threads.apply("disk-" + root + "-"));
        String name = "shuffleService.disk." + root;
        metrics.gauge(name + ".queue", () -> (Gauge<Integer>) pool::queuedTasks);
        metrics.gauge(name + ".activeThreads", () -> (Gauge<Integer>) pool::activeTasks);
        HungTasks hungTasks = new HungTasks(root.toString(), pool.threads(), ticker);
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
        disks.values().forEach(disk -> disk.pool().close());
    }
}
