package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns operators that no more threads can be created, at most once a minute, and says what to do. The JVM reports it with
 * an {@link OutOfMemoryError} that is not about memory for objects. It fails the work that needed the thread, which is
 * retried, and nothing else.
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
    private boolean logged;
    private long loggedAt;
    private long suppressed;

    ThreadShortage(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Returns whether something failed only because no thread could be created.
     *
     * @param failure the failure
     * @return whether it is one of those
     */
    public static boolean isCauseOf(Throwable failure) {
        return failure instanceof OutOfMemoryError
                && String.valueOf(failure.getMessage()).contains("native thread");
    }

    /**
     * Reports that work could not be started. Rejected work, as when the daemon stops, is logged at DEBUG only: whoever
     * rejects it reports it. Any other failure than a shortage of threads is logged at ERROR.
     *
     * @param work what could not be started, for the log
     * @param failure why
     */
    public static void report(String work, Throwable failure) {
        INSTANCE.warn(work, failure);
    }

    void warn(String work, Throwable failure) {
        if (!isCauseOf(failure)) {
            if (failure instanceof RejectedExecutionException) {
                logger.debug("Cannot start {}", work, failure);
            } else {
                logger.error("Cannot start {}", work, failure);
            }
            return;
        }
        long before;
        synchronized (this) {
            long now = ticker.read();
            if (logged && now - loggedAt < INTERVAL.toNanos()) {
                suppressed++;
                return;
            }
            logged = true;
            loggedAt = now;
            before = suppressed;
            suppressed = 0;
        }
        logger.warn(
                "No more threads can be made: {} has to wait{}. To fix that, {}. It is retried.",
                work,
                before == 0 ? "" : ", as did other work " + before + " times since the last such line",
                ADVICE);
    }
}
