package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task again and again on a thread of its own, with a fixed delay between two runs. A run that fails does not end
 * the later ones, as it would with the JDK's timers. The first failure of a series is logged.
 */
public final class PeriodicTask implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(PeriodicTask.class);

    private final String name;
    private final Runnable task;
    private final ScheduledThreadPoolExecutor timer;

    /** Written by the timer's thread alone. */
    private boolean failing;

    /**
     * Creates a task that does not run yet.
     *
     * @param name of the thread, and of the task in the log
     * @param task one run; must not wait for a disk without a limit
     */
    public PeriodicTask(String name, Runnable task) {
        this.name = name;
        this.task = task;
        this.timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named(name));
    }

    /**
     * Starts the runs.
     *
     * @param initialDelay the time until the first run
     * @param interval the time between the end of a run and the start of the next
     */
    public void start(Duration initialDelay, Duration interval) {
        var unused = timer.scheduleWithFixedDelay(
                this::run, initialDelay.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    void run() {
        try {
            task.run();
            failing = false;
        } catch (RuntimeException | Error e) {
            reportOrSkip(e);
        }
    }

    /** The report needs memory too: if it fails, the timer must go on all the same. */
    private void reportOrSkip(Throwable failure) {
        try {
            report(failure);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    private void report(Throwable e) {
        if (e instanceof OutOfMemoryError shortage) {
            HeapShortage.survived(shortage);
        }
        if (ThreadShortage.isCauseOf(e)) {
            ThreadShortage.report("task " + name, e);
        } else if (!failing) {
            failing = true;
            logger.error("Task {} failed; it runs again (logged once until it succeeds)", name, e);
        }
    }

    /** Ends the runs; does not wait for one that has started, nor interrupt it. */
    @Override
    public void close() {
        timer.shutdown();
    }
}
