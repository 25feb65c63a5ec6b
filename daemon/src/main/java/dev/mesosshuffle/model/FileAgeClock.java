package dev.mesosshuffle.model;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Computes the age of a file's time, although the wall clock may have been set since. Of the two possible ages, by the
 * current wall clock and by the wall clock of the start plus the monotonic time since, it returns the smaller one: the
 * error is to keep files for longer. For any thread.
 */
public final class FileAgeClock {
    private final LongSupplier wallMillis;
    private final Ticker ticker;
    private final long startMillis;
    private final long startNanos;

    /**
     * Creates a clock; to be called when the process starts.
     *
     * @param wallMillis the wall clock that files are marked with, in ms since 1970
     * @param ticker the monotonic time
     */
    public FileAgeClock(LongSupplier wallMillis, Ticker ticker) {
        this.wallMillis = wallMillis;
        this.ticker = ticker;
        this.startMillis = wallMillis.getAsLong();
        this.startNanos = ticker.read();
    }

    /**
     * Returns an age in ns; below zero if the time lies in the future by both clocks.
     *
     * @param millis a time in ms since 1970
     * @return the age in ns
     */
    public long ageNanos(long millis) {
        long now = wallMillis.getAsLong() - millis;
        long evenly = startMillis + TimeUnit.NANOSECONDS.toMillis(ticker.read() - startNanos) - millis;
        long age = now < 0 || evenly < 0 ? Math.max(now, evenly) : Math.min(now, evenly);
        return TimeUnit.MILLISECONDS.toNanos(age);
    }
}
