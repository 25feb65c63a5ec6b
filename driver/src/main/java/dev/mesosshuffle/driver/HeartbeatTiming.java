package dev.mesosshuffle.driver;

import java.util.concurrent.TimeUnit;

/**
 * The times that follow from the heartbeat timeout. A service that is back must be noticed within two timeouts, or it takes
 * the application for ended: so the longest wait, with a connection that takes its time, is shorter. Immutable.
 */
final class HeartbeatTiming {
    private static final long MAX_CONNECT_SECONDS = 10;

    private final long timeoutNanos;

    HeartbeatTiming(long timeoutMs) {
        this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    /** After which time hosts that answered no attempt are reported, in ns. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    /** The time between two heartbeats, in ns. */
    long heartbeatNanos() {
        return Math.max(1, timeoutNanos / 4);
    }

    /** The time between two checks of what is due, in ns. */
    long checkNanos() {
        long part = timeoutNanos / 40;
        return Math.max(TimeUnit.MILLISECONDS.toNanos(10), Math.min(part, TimeUnit.SECONDS.toNanos(1)));
    }

    /** The longest wait before the first attempt after a loss, in ns. */
    long firstRetryNanos() {
        return Math.max(1, Math.min(TimeUnit.SECONDS.toNanos(1), timeoutNanos / 8));
    }

    /** The longest wait before any attempt, in ns. */
    long maxRetryNanos() {
        return Math.max(1, timeoutNanos / 2);
    }

    /** How long each step of an attempt may take, in whole seconds, as Spark's clients count. */
    long connectSeconds() {
        long half = TimeUnit.NANOSECONDS.toSeconds(timeoutNanos / 2);
        return Math.max(1, Math.min(MAX_CONNECT_SECONDS, half));
    }
}
