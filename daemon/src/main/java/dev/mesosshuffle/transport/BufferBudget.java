package dev.mesosshuffle.transport;

import java.util.concurrent.atomic.AtomicLong;

/** What the buffered blocks of all connections may take together. For any thread. */
final class BufferBudget {
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    BufferBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    void take(long bytes) {
        usedBytes.addAndGet(bytes);
    }

    void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    boolean isExhausted() {
        return usedBytes.get() >= maxBytes;
    }
}
