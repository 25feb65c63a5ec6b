package dev.mesosshuffle.it.wire;

import java.util.concurrent.atomic.AtomicLong;

/** How much some clients have sent. For any thread. */
public final class SentWork {
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();

    void connected() {
        connections.incrementAndGet();
    }

    /** A frame, or the part of one that was meant to be sent, has left. */
    void sent() {
        frames.incrementAndGet();
    }

    public long connections() {
        return connections.get();
    }

    public long frames() {
        return frames.get();
    }
}
