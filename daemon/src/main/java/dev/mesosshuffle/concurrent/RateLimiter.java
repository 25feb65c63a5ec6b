package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;

/**
 * Spreads work on many files over time, so that those who read from the same disk, or need the same processors, do not
 * suffer. Files are dealt with in small batches, each followed by a rest: until the rate is kept, and at least as long as
 * the batch took, for where a file takes long the disk is busy, and half of its time is for others.
 *
 * <p><b>Concurrency:</b> belongs to the thread of one root.
 */
public final class RateLimiter {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int BATCHES_PER_SECOND = 100;

    /** However long a batch took: a disk that hung for minutes is not left alone for minutes more. */
    static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private final IntSupplier filesPerSecond;
    private final Ticker ticker;
    private final LongConsumer rest;
    private volatile boolean hurried;
    private int files;
    private long began;

    /**
     * Makes one.
     *
     * @param filesPerSecond the rate, which may change at any time; 0 for no bound
     * @param ticker the time
     * @param rest lets the thread rest for some ns
     */
    public RateLimiter(IntSupplier filesPerSecond, Ticker ticker, LongConsumer rest) {
        this.filesPerSecond = filesPerSecond;
        this.ticker = ticker;
        this.rest = rest;
    }

    /** Whether not to rest at all, whatever the rate. For any thread. */
    void hurry(boolean hurry) {
        hurried = hurry;
    }

    /** To be called before each file; rests when it is time to. */
    public void beforeFile() {
        int rate = filesPerSecond.getAsInt();
        if (rate == 0 || hurried) {
            files = 0;
            return;
        }
        if (files >= Math.max(1, rate / BATCHES_PER_SECOND)) {
            long worked = ticker.read() - began;
            rest.accept(Math.max(
                    Math.multiplyExact(files, SECOND) / rate - worked, Math.min(worked, LONGEST_REST.toNanos())));
            files = 0;
        }
        if (files == 0) {
            began = ticker.read();
        }
        files++;
    }
}
