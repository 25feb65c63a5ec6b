package dev.mesosshuffle.logging;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Warns of what clients can cause at any rate: one line a minute for each kind of trouble, which tells how many of
 * the same were left out since the line before. For any thread.
 */
public final class RateLimitedLogger {
    private static final int MAX_LOGGED_FAILURES = 1000;
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Ticker ticker;
    private final ConcurrentMap<String, Kind> kinds = new ConcurrentHashMap<>();

    /** In the order of their first time. */
    private final Set<String> loggedFailures = new LinkedHashSet<>();

    /**
     * Creates a log.
     *
     * @param ticker the time
     */
    public RateLimitedLogger(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Warns, unless there was a warning of this kind within the last minute.
     *
     * @param logger where to
     * @param kind the kind of trouble; one of a few constants, never what a client sent
     * @param line what happened, to whom, and what to do
     * @return whether it did
     */
    public boolean warn(Logger logger, String kind, String line) {
        long leftOut = kinds.computeIfAbsent(kind, k -> new Kind()).turn(ticker.read());
        if (leftOut == 0) {
            logger.warn("{}", line);
        } else if (leftOut > 0) {
            logger.warn("{} ({} more of these since the last such line)", line, leftOut);
        }
        return leftOut >= 0;
    }

    /** As {@link #warn}, at INFO: for what is no trouble of this service. */
    public void info(Logger logger, String kind, String line) {
        long leftOut = kinds.computeIfAbsent(kind, k -> new Kind()).turn(ticker.read());
        if (leftOut == 0) {
            logger.info("{}", line);
        } else if (leftOut > 0) {
            logger.info("{} ({} more of these since the last such line)", line, leftOut);
        }
    }

    /**
     * Logs what should never happen, with where it did, unless there was such a line within the last minute: who found out
     * how to cause it may do so at any rate.
     *
     * @param logger where to
     * @param kind as for {@link #warn}
     * @param line what happened, and to whom
     * @param failure why
     */
    public void error(Logger logger, String kind, String line, Throwable failure) {
        long leftOut = kinds.computeIfAbsent(kind, k -> new Kind()).turn(ticker.read());
        if (leftOut == 0) {
            logger.error("{}", line, failure);
        } else if (leftOut > 0) {
            logger.error("{} ({} more of these since the last such line)", line, leftOut, failure);
        }
    }

    /**
     * Logs what should never happen, once for each text of the failure, of which the last 1000 are remembered. For work
     * that is retried without a request, such as a periodic check.
     *
     * @param logger where to
     * @param line what happened, and to whom
     * @param failure why
     */
    public void errorOnce(Logger logger, String line, Throwable failure) {
        synchronized (loggedFailures) {
            if (!loggedFailures.add(failure.toString())) {
                return;
            }
            if (loggedFailures.size() > MAX_LOGGED_FAILURES) {
                Iterator<String> oldest = loggedFailures.iterator();
                oldest.next();
                oldest.remove();
            }
        }
        logger.error("{} (logged once, and retried)", line, failure);
    }

    private static final class Kind {
        private boolean seen;
        private long last;
        private long leftOut;

        /** How many lines were left out since the last one, or -1 if this one is to be left out too. */
        private synchronized long turn(long now) {
            if (seen && now - last < INTERVAL_NANOS) {
                leftOut++;
                return -1;
            }
            long result = leftOut;
            seen = true;
            last = now;
            leftOut = 0;
            return result;
        }
    }
}
