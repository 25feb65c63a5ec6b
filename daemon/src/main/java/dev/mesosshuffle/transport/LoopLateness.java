package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Measures how long an event loop is busy with one turn: a periodic task of the loop notes by how much it is late. It costs the
 * loop's other work nothing. A turn that no due time of the task falls into is not seen, so short ones are seen if they recur.
 * What stops the whole process, as the garbage collector does, counts too.
 *
 * <p><b>Concurrency:</b> confined to the event loop after its start.
 */
final class LoopLateness implements Runnable {
    /** An idle loop is woken so often. */
    static final Duration PERIOD = Duration.ofMillis(100);

    private final Ticker ticker;
    private final LongAccumulator longestNanos;
    private long dueNanos;

    /**
     * Creates a measurement, to be started once.
     *
     * @param longestNanos gets each delay in nanoseconds
     */
    LoopLateness(Ticker ticker, LongAccumulator longestNanos) {
        this.ticker = ticker;
        this.longestNanos = longestNanos;
    }

    /** Starts to measure a loop, until that ends. */
    void start(EventExecutor loop) {
        dueNanos = ticker.read() + PERIOD.toNanos();
        var unused = loop.scheduleWithFixedDelay(this, PERIOD.toNanos(), PERIOD.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
        long now = ticker.read();
        longestNanos.accumulate(now - dueNanos);
        dueNanos = now + PERIOD.toNanos();
    }
}
