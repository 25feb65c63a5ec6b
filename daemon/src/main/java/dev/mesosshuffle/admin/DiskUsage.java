package dev.mesosshuffle.admin;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.host.TreeSize;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measures applications' dirs when somebody asks: one at a time, with one thread of each disk, for as long as the limit
 * lasts. What was not seen by then is said to be missing. A disk that hangs keeps one thread, and is not asked again
 * before that one is back.
 *
 * <p><b>Concurrency:</b> for any thread but event loops; whoever asks waits.
 */
public final class DiskUsage {
    static final Usage UNKNOWN = new Usage(0, false);

    private final DiskExecutor threads;
    private final Duration limit;
    private final Set<Path> busy = ConcurrentHashMap.newKeySet();

    /**
     * Makes one.
     *
     * @param threads where dirs may be looked into
     * @param limit how long one measurement may take
     */
    public DiskUsage(DiskExecutor threads, Duration limit) {
        this.threads = threads;
        this.limit = limit;
    }

    /**
     * What was found.
     *
     * @param bytes the length of all files that were seen
     * @param isWhole whether all were seen
     */
    record Usage(long bytes, boolean isWhole) {}

    /** One application, while it is measured. */
    private static final class Sum {
        final LongAdder bytes = new LongAdder();
        final AtomicInteger dirsLeft;

        Sum(int dirs) {
            dirsLeft = new AtomicInteger(dirs);
        }

        Usage usage() {
            return new Usage(bytes.sum(), dirsLeft.get() == 0);
        }
    }

    private record Part(LocalDir dir, Sum sum) {}

    synchronized Map<String, Usage> measure(Map<String, List<LocalDir>> dirs) throws InterruptedException {
        Map<String, Sum> sums = new HashMap<>();
        Map<Path, List<Part>> byRoot = new HashMap<>();
        dirs.forEach((appId, its) -> {
            Sum sum = new Sum(its.size());
            sums.put(appId, sum);
            its.forEach(dir -> byRoot.computeIfAbsent(dir.root(), root -> new ArrayList<>())
                    .add(new Part(dir, sum)));
        });
        CountDownLatch ended = new CountDownLatch(byRoot.size());
        long start = System.nanoTime();
        byRoot.forEach((root, parts) -> begin(root, parts, start, ended));
        var unused = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        Map<String, Usage> result = new HashMap<>();
        sums.forEach((appId, sum) -> result.put(appId, sum.usage()));
        return result;
    }

    private void begin(Path root, List<Part> parts, long start, CountDownLatch ended) {
        if (!busy.add(root)) {
            ended.countDown();
            return;
        }
        try {
            threads.execute(root, () -> {
                try {
                    parts.forEach(part -> add(part, start));
                } finally {
                    busy.remove(root);
                    ended.countDown();
                }
            });
        } catch (RejectedExecutionException e) {
            busy.remove(root);
            ended.countDown();
        }
    }

    private boolean isLate(long start) {
        return System.nanoTime() - start >= limit.toNanos();
    }

    private void add(Part part, long start) {
        try {
            part.sum.bytes.add(TreeSize.of(part.dir, () -> isLate(start)));
        } catch (IOException | RuntimeException e) {
            return;
        }
        if (!isLate(start)) {
            part.sum.dirsLeft.decrementAndGet();
        }
    }
}
