package dev.mesosshuffle.testing;

import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test advances. It begins shortly before its value wraps around. */
public final class ManualTicker implements Ticker {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

    @Override
    public long read() {
        return now.get();
    }

    public void pass(Duration duration) {
        now.addAndGet(duration.toNanos());
    }
}
