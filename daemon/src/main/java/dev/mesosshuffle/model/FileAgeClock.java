package dev.mesosshuffle.model;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells how old a file's time is, though the wall clock that wrote it may have been set forward or back since. Of the
 * two ages that are possible, by the clock as it is now and by the clock as it was when this process started and went on
 * evenly, the smaller one is taken: the mistake is to keep files for longer.
 */
public final class FileAgeClock {
    private final LongSupplier wallMillis;
    private final Ticker ticker;
    private final long startMillis;
    private final long startNanos;

    /**
     * Makes one, to be made when the process starts.
     *
     * @param wallMillis the time that files are marked with, in ms since 1970
     * @param ticker the time; nothing sets it
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
