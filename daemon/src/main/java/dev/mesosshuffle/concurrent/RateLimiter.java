package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;

/**
 * Limits how many files a thread processes per second, so that other users of the same disk and processors do not suffer.
 * Files are processed in small batches, each followed by a back-off: until the rate is met, and for at least as long as the
 * batch took. Where a file takes long the disk is busy, and half of its time is for others.
 *
 * <p><b>Concurrency:</b> for the threads of one root: one, unless it hangs. They share the rate.
 */
public final class RateLimiter {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int BATCHES_PER_SECOND = 100;

    /** Applies however long a batch took: a disk that hung for minutes does not cost minutes more. */
    static final Duration MAX_SLEEP = Duration.ofSeconds(1);

    private final IntSupplier filesPerSecond;
    private final Ticker ticker;
    private final LongConsumer sleeper;
    private volatile boolean unthrottled;
    private volatile Runnable beforeEachFile = () -> {};
    private int files;
    private long batchStarted;

    /**
     * Creates a limiter.
     *
     * @param filesPerSecond the rate, which may change at any time; 0 for no limit
     * @param sleeper suspends the thread for some ns
     */
    public RateLimiter(IntSupplier filesPerSecond, Ticker ticker, LongConsumer sleeper) {
        this.filesPerSecond = filesPerSecond;
        this.ticker = ticker;
        this.sleeper = sleeper;
    }

    /** Lifts the limit, whatever the rate, or restores it. For any thread. */
    void setUnthrottled(boolean value) {
        unthrottled = value;
    }

    /** Sets what is run before each file too, by the thread that is about to process it. */
    void beforeEachFile(Runnable action) {
        beforeEachFile = action;
    }

    /** Must be called before each file; sleeps if the next file would exceed the rate. */
    public void acquire() {
        beforeEachFile.run();
        await();
    }

    private synchronized void await() {
        int rate = filesPerSecond.getAsInt();
        if (rate == 0 || unthrottled) {
            files = 0;
            return;
        }
        if (files >= Math.max(1, rate / BATCHES_PER_SECOND)) {
            long worked = ticker.read() - batchStarted;
            sleeper.accept(
                    Math.max(Math.multiplyExact(files, SECOND) / rate - worked, Math.min(worked, MAX_SLEEP.toNanos())));
            files = 0;
        }
        if (files == 0) {
            batchStarted = ticker.read();
        }
        files++;
    }
}
