package dev.mesosshuffle.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that passes when told to; begins shortly before it wraps around. */
public final class ManualTicker implements LongSupplier {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

    @Override
    public long getAsLong() {
        return now.get();
    }

    public void pass(Duration duration) {
        now.addAndGet(duration.toNanos());
    }
}
