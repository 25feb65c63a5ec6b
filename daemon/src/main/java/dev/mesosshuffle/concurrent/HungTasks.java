package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a disk's pool one more thread for each task that neither ends nor shows progress, so that files which can be read still are. At most
 * as many as the pool has: if those hang too, it is the disk. When such a task ends, one thread goes again.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class HungTasks {
    /** A task of a disk takes this long only if the disk, or the file system that a file lies in, does not answer. */
    static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Logger logger = LoggerFactory.getLogger(HungTasks.class);

    private final String disk;
    private final ThreadPoolExecutor pool;
    private final int threads;
    private final Ticker ticker;

    /** The tasks that run, without those that hang. Whoever takes one out decides which it is. */
    private final Set<Running> running = ConcurrentHashMap.newKeySet();

    /** Changed under the lock. */
    private volatile int hung;

    /** One run of a task; compared by identity. */
    private static final class Running {
        private final Thread thread = Thread.currentThread();
        private volatile long lastSignNanos;

        private Running(long startedNanos) {
            this.lastSignNanos = startedNanos;
        }
    }

    /**
     * Creates one for a pool of a fixed size.
     *
     * @param disk the disk, and what the pool is for unless it is for all, for the log
     */
    HungTasks(String disk, ThreadPoolExecutor pool, Ticker ticker) {
        this.disk = disk;
        this.pool = pool;
        this.threads = pool.getMaximumPoolSize();
        this.ticker = ticker;
    }

    /** Runs a task on a thread of the pool, in any case: somebody waits for its end. */
    void run(Runnable task) {
        Running run = noted();
        try {
            task.run();
        } finally {
            if (run != null && !running.remove(run)) {
                ended();
            }
        }
    }

    /** Returns null if there is no memory for it; that the task hangs is not noticed then. */
    private @Nullable Running noted() {
        Running run = null;
        try {
            run = new Running(ticker.read());
            running.add(run);
            return run;
        } catch (OutOfMemoryError e) {
            if (run != null) {
                // The set adds an entry before it grows.
                running.remove(run);
            }
            HeapShortage.survived(e);
            return null;
        }
    }

    /** Tells that the task of this thread has not come to hang: from now on, it may take as long again. */
    void progressed() {
        for (Running run : running) {
            if (run.thread == Thread.currentThread()) {
                run.lastSignNanos = ticker.read();
            }
        }
    }

    /** Finds tasks that have come to hang, and replaces their threads. Does not wait. */
    synchronized void check() {
        long now = ticker.read();
        int before = hung;
        for (Running run : List.copyOf(running)) {
            if (now - run.lastSignNanos >= LIMIT.toNanos() && running.remove(run)) {
                hung++;
            }
        }
        if (hung == before) {
            return;
        }
        if (before == 0) {
            logger.error(
                    "A thread of disk {} hangs: its task has not ended for {} s. It is replaced, as are up to {} in all."
                            + " Check the disk, and what is mounted below it.",
                    disk,
                    LIMIT.toSeconds(),
                    threads);
        }
        int size = size();
        pool.setMaximumPoolSize(size);
        pool.setCorePoolSize(size);
    }

    private synchronized void ended() {
        hung--;
        int size = size();
        pool.setCorePoolSize(size);
        pool.setMaximumPoolSize(size);
        if (hung == 0) {
            logger.info("No thread of disk {} hangs any more", disk);
        }
    }

    private int size() {
        return threads + Math.min(hung, threads);
    }

    /** How many tasks hang. */
    int count() {
        return hung;
    }
}
