package dev.mesosshuffle.it.app;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.spark.FetchFailed;
import org.apache.spark.Success$;
import org.apache.spark.executor.ShuffleReadMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts what the tasks of the application did since its start. Thread-safe. */
final class Ledger extends SparkListener {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Set<String> executors = new HashSet<>();
    private int jobsEnded;
    private int mapTasks;
    private int reduceTasks;
    private int failedTasks;
    private int fetchFailures;
    private long localBlocks;
    private long remoteBlocks;
    private long remoteBytes;
    private long remoteBytesToDisk;

    /** Takes in an executor that was there before this was listening. */
    synchronized void knows(String executor) {
        executors.add(executor);
    }

    @Override
    public synchronized void onExecutorAdded(SparkListenerExecutorAdded event) {
        executors.add(event.executorId());
        notifyAll();
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        executors.remove(event.executorId());
        notifyAll();
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd event) {
        jobsEnded++;
        notifyAll();
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
        if (event.reason() instanceof FetchFailed) {
            fetchFailures++;
        }
        if (!event.reason().equals(Success$.MODULE$)) {
            failedTasks++;
        }
        if (event.taskType().equals("ShuffleMapTask")) {
            mapTasks++;
        } else {
            reduceTasks++;
        }
        if (event.taskMetrics() != null) {
            ShuffleReadMetrics read = event.taskMetrics().shuffleReadMetrics();
            localBlocks += read.localBlocksFetched();
            remoteBlocks += read.remoteBlocksFetched();
            remoteBytes += read.remoteBytesRead();
            remoteBytesToDisk += read.remoteBytesReadToDisk();
        }
    }

    /** Waits until every event of the first so many jobs was counted. */
    synchronized void awaitJobs(int jobs) throws InterruptedException, TimeoutException {
        await("the end of job " + jobs, () -> jobsEnded >= jobs);
    }

    /** Waits until dynamic allocation has taken every executor away. */
    synchronized void awaitNoExecutors() throws InterruptedException, TimeoutException {
        await("the end of all executors", executors::isEmpty);
    }

    private void await(String awaited, BooleanSupplier condition) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException(awaited);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** The counts as the members of a JSON object. */
    synchronized String members() {
        return String.format(
                Locale.ROOT,
                "\"executors\":%d,\"mapTasks\":%d,\"reduceTasks\":%d,\"failedTasks\":%d,\"fetchFailures\":%d,"
                        + "\"localBlocks\":%d,\"remoteBlocks\":%d,\"remoteBytes\":%d,\"remoteBytesToDisk\":%d",
                executors.size(),
                mapTasks,
                reduceTasks,
                failedTasks,
                fetchFailures,
                localBlocks,
                remoteBlocks,
                remoteBytes,
                remoteBytesToDisk);
    }
}
