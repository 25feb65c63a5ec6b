package dev.mesosshuffle.driver;

import java.util.Random;

/**
 * How long to wait before the next attempt: twice as long after each failure, up to a maximum, and less by a random part, so
 * that drivers that lost a service at once do not all come back at once. Immutable, for any thread.
 */
final class RetryBackoff {
    private static final int MAX_DOUBLINGS = 20;

    private final long firstNanos;
    private final long maxNanos;
    private final Random random;

    /**
     * Creates a backoff.
     *
     * @param firstNanos the longest wait before the first attempt, in ns
     * @param maxNanos the longest wait before any, in ns
     */
    RetryBackoff(long firstNanos, long maxNanos, Random random) {
        this.firstNanos = firstNanos;
        this.maxNanos = maxNanos;
        this.random = random;
    }

    /** Returns the ns to wait after a number of failures, from half of the longest wait to all of it. */
    long delayNanos(int failures) {
        long longest = Math.min(maxNanos, firstNanos << Math.min(failures, MAX_DOUBLINGS));
        return longest - (long) (random.nextDouble() * longest / 2);
    }
}
