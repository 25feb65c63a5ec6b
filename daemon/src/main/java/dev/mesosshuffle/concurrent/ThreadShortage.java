package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators that no more threads can be made, once a minute at most, and what to do. The JVM says so with an {@link
 * OutOfMemoryError} that has nothing to do with memory for objects: it costs the work that needed the thread, which is
 * tried again, and nothing else.
 */
public final class ThreadShortage {
    private static final Logger logger = LoggerFactory.getLogger(ThreadShortage.class);

    /** What an operator can do. */
    public static final String ADVICE =
            "raise the limit of this user's or container's processes (ulimit -u, TasksMax= of"
                    + " the unit, pids.max of the cgroup, kernel.threads-max), or end what uses them up";

    static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final ThreadShortage INSTANCE = new ThreadShortage(System::nanoTime);

    private final Ticker ticker;
    private boolean told;
    private long toldAt;
    private long suppressed;

    ThreadShortage(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Tells whether something failed only because no thread could be made.
     *
     * @param failure the failure
     * @return whether it is one of those
     */
    public static boolean isCauseOf(Throwable failure) {
        return failure instanceof OutOfMemoryError
                && String.valueOf(failure.getMessage()).contains("native thread");
    }

    /**
     * Reports that work could not be begun. What is no lack of threads is logged at DEBUG: work that is rejected, as when
     * the daemon stops, is told by whoever rejects it.
     *
     * @param work what could not be done now, fit for people
     * @param failure why
     */
    public static void report(String work, Throwable failure) {
        INSTANCE.warn(work, failure);
    }

    void warn(String work, Throwable failure) {
        if (!isCauseOf(failure)) {
            if (failure instanceof RejectedExecutionException) {
                logger.debug("Cannot begin with {}", work, failure);
            } else {
                logger.error("Cannot begin with {}", work, failure);
            }
            return;
        }
        long before;
        synchronized (this) {
            long now = ticker.read();
            if (told && now - toldAt < INTERVAL.toNanos()) {
                suppressed++;
                return;
            }
            told = true;
            toldAt = now;
            before = suppressed;
            suppressed = 0;
        }
        logger.warn(
                "No more threads can be made: {} has to wait{}. To mend that, {}. It is tried again.",
                work,
                before == 0 ? "" : ", as did other work " + before + " times since the last such line",
                ADVICE);
    }
}
