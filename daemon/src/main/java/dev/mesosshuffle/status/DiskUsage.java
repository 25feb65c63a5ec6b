package dev.mesosshuffle.status;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.host.TreeSize;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Measures applications' directories on demand: one measurement at a time, with one thread of each disk, within a time
 * limit. A result that misses something is marked as incomplete. A hanging disk keeps one thread, and is not measured again
 * before that one returns.
 *
 * <p><b>Concurrency:</b> for any thread but event loops; the caller waits.
 */
public final class DiskUsage {
    /** How many applications are measured at a time. */
    static final int BATCH = 1000;

    /** Nothing was measured. */
    public static final Usage UNKNOWN = new Usage(0, false);

    private final DiskExecutor executor;
    private final Duration limit;
    private final Ticker ticker;
    private final Set<Path> busy = ConcurrentHashMap.newKeySet();

    /**
     * Creates one.
     *
     * @param executor runs the measurement of a root
     * @param limit the time of one measurement
     */
    public DiskUsage(DiskExecutor executor, Duration limit) {
        this(executor, limit, System::nanoTime);
    }

    /** With a clock of a test. */
    DiskUsage(DiskExecutor executor, Duration limit, Ticker ticker) {
        this.executor = executor;
        this.limit = limit;
        this.ticker = ticker;
    }

    /**
     * The result for one application.
     *
     * @param bytes the length of all files that were measured
     * @param isComplete whether all were
     */
    public record Usage(long bytes, boolean isComplete) {}

    /** One application, while it is measured. */
    private static final class Total {
        final LongAdder bytes = new LongAdder();
        final AtomicInteger dirsLeft;

        Total(int dirs) {
            dirsLeft = new AtomicInteger(dirs);
        }

        Usage usage() {
            return new Usage(bytes.sum(), dirsLeft.get() == 0);
        }
    }

    private record DirTask(LocalDir dir, Total total) {}

    /**
     * Measures applications within the time limit, in this order at each disk, and some of them at a time, so that not all
     * their directories are in memory twice.
     *
     * @param dirs returns the directories of an application
     * @return the result for each application that its turn came to
     */
    public synchronized Map<String, Usage> measure(List<String> appIds, Function<String, List<LocalDir>> dirs)
            throws InterruptedException {
        Map<String, Usage> result = new HashMap<>();
        long start = ticker.read();
        for (int from = 0; from < appIds.size() && (from == 0 || !isLate(start)); from += BATCH) {
            Map<String, List<LocalDir>> batch = new LinkedHashMap<>();
            appIds.subList(from, Math.min(appIds.size(), from + BATCH))
                    .forEach(appId -> batch.put(appId, dirs.apply(appId)));
            result.putAll(measure(batch, start));
        }
        return result;
    }

    private Map<String, Usage> measure(Map<String, List<LocalDir>> dirs, long start) throws InterruptedException {
        Map<String, Total> totals = new HashMap<>();
        Map<Path, List<DirTask>> byRoot = new HashMap<>();
        dirs.forEach((appId, its) -> {
            Total total = new Total(its.size());
            totals.put(appId, total);
            its.forEach(dir -> byRoot.computeIfAbsent(dir.root(), root -> new ArrayList<>())
                    .add(new DirTask(dir, total)));
        });
        CountDownLatch ended = new CountDownLatch(byRoot.size());
        byRoot.forEach((root, tasks) -> start(root, tasks, start, ended));
        var unused = ended.await(limit.toNanos() - (ticker.read() - start), TimeUnit.NANOSECONDS);
        Map<String, Usage> result = new HashMap<>();
        totals.forEach((appId, total) -> result.put(appId, total.usage()));
        return result;
    }

    private void start(Path root, List<DirTask> tasks, long start, CountDownLatch ended) {
        if (!busy.add(root)) {
            ended.countDown();
            return;
        }
        try {
            executor.execute(root, () -> {
                try {
                    tasks.forEach(task -> measure(task, start));
                } catch (OutOfMemoryError e) {
                    // What is missing is measured when somebody asks again.
                    HeapShortage.survived(e);
                } finally {
                    busy.remove(root);
                    ended.countDown();
                }
            });
        } catch (RejectedExecutionException e) {
            busy.remove(root);
            ended.countDown();
        } catch (OutOfMemoryError e) {
            busy.remove(root);
            ended.countDown();
            ThreadShortage.report("the measurement of what lies under " + root, e);
        }
    }

    private boolean isLate(long start) {
        return ticker.read() - start >= limit.toNanos();
    }

    private void measure(DirTask task, long start) {
        try {
            task.total.bytes.add(TreeSize.of(task.dir, () -> isLate(start)));
        } catch (IOException | RuntimeException e) {
            return;
        }
        if (!isLate(start)) {
            task.total.dirsLeft.decrementAndGet();
        }
    }
}
