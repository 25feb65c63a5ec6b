package dev.mesosshuffle.concurrent;

/**
 * A monotonic clock. Its origin is arbitrary and its values may wrap around, so that only the difference of two values has
 * a meaning. For any thread.
 */
@FunctionalInterface
public interface Ticker {
    /** Returns the current time in nanoseconds. */
    long read();
}
