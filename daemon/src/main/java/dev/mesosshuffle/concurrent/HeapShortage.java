package dev.mesosshuffle.concurrent;

import java.util.concurrent.TimeUnit;

/**
 * Counts allocations that failed. One costs the request that needed it. Many within a minute mean that the heap lasts for
 * nothing any more; then the process ends, and its supervisor starts it again. For any thread.
 */
public final class HeapShortage {
    /** So many within a minute end the process. */
    static final int MAX_FAILURES = 10;

    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final HeapShortage INSTANCE = new HeapShortage(System::nanoTime, failure -> {
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler != null) {
            handler.uncaughtException(thread, failure);
        }
    });

    private final Ticker ticker;
    private final LastResort lastResort;
    private long firstNanos;
    private int failures;

    /** Ends the process. */
    interface LastResort {
        void end(OutOfMemoryError failure);
    }

    HeapShortage(Ticker ticker, LastResort lastResort) {
        this.ticker = ticker;
        this.lastResort = lastResort;
    }

    /**
     * Counts a failure that costs only the request that needed the memory. A lack of threads, or of memory outside the heap,
     * is none of the heap.
     */
    public static void survived(OutOfMemoryError failure) {
        INSTANCE.count(failure);
    }

    void count(OutOfMemoryError failure) {
        String message = String.valueOf(failure.getMessage());
        if (ThreadShortage.isCauseOf(failure) || message.contains("direct")) {
            return;
        }
        boolean isLast;
        synchronized (this) {
            long now = ticker.read();
            if (failures == 0 || now - firstNanos >= INTERVAL_NANOS) {
                failures = 0;
                firstNanos = now;
            }
            failures++;
            isLast = failures >= MAX_FAILURES;
        }
        if (isLast) {
            lastResort.end(failure);
        }
    }
}
