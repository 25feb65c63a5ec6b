package dev.mesosshuffle.concurrent;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A bounded pool of threads whose clients take turns: a client with one task waits for at most one task of each other
 * client, however many they have; clients of a large group share turns ({@link GroupedTurnQueue}). For any thread.
 *
 * <p>The threads are never interrupted, because that would close the files that they read. They end when idle.
 */
public final class FairExecutor implements ClientExecutor, AutoCloseable {
    private static final long IDLE_THREAD_SECONDS = 60;

    private final String work;
    private final ThreadPoolExecutor pool;

    /**
     * Creates a pool without any thread yet.
     *
     * @param work what it does, for operators
     * @param threads how many threads it has at most
     * @param capacity how many tasks may wait in all
     * @param capacityPerClient how many tasks of one client may wait
     * @param factory creates its threads
     */
    public FairExecutor(String work, int threads, int capacity, int capacityPerClient, ThreadFactory factory) {
        this.work = work;
        this.pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new FairTaskQueue(capacity, capacityPerClient),
                factory);
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a task, once it is its client's turn.
     *
     * @param client whose turn it takes
     * @throws RejectedExecutionException if too many tasks wait, of this client or in all, or the pool is closed; a {@link
     *     ThreadShortageException} if no thread can be created
     */
    @Override
    public void execute(Object client, Runnable task) {
        ClientTask its = new ClientTask(client, task);
        try {
            pool.execute(its);
        } catch (OutOfMemoryError e) {
            if (!ThreadShortage.isCauseOf(e)) {
                throw e;
            }
            ThreadShortage.report(work, e);
            queue(its, e);
        }
    }

    /** Queues a task for the threads that exist; without any, it is rejected. */
    private void queue(ClientTask task, OutOfMemoryError reason) {
        boolean waits = pool.getPoolSize() > 0 && pool.getQueue().offer(task);
        // The last thread may just have ended.
        if (!waits || (pool.getPoolSize() == 0 && pool.remove(task))) {
            throw new ThreadShortageException(reason);
        }
    }

    /** Its threads, whose number may be changed. */
    ThreadPoolExecutor threads() {
        return pool;
    }

    /** How many tasks wait. */
    public int queuedTasks() {
        return pool.getQueue().size();
    }

    /** How many tasks run, approximately. */
    public int activeTasks() {
        return pool.getActiveCount();
    }

    /** Accepts no more tasks; those that were accepted continue. */
    @Override
    public void close() {
        pool.shutdown();
    }
}
