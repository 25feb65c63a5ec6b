package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * Limits how much of one connection's input an event loop handles before it turns to its other connections. Confined to the
 * event loop.
 */
final class LoopTurn {
    /** Far more than a client sends at a time. */
    static final int MAX_FRAMES = 1024;

    /** A frame takes microseconds; what the last one takes comes on top. */
    static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** The time is read after this number of frames; usually a client sends fewer at a time. */
    private static final int FRAMES_PER_CHECK = 8;

    private final Ticker ticker;
    private int frames;
    private long beganNanos;

    LoopTurn(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The next frame is the first one of a turn. */
    void begin() {
        frames = 0;
    }

    /** Whether no more frames are to be handled; to be called before each of them. */
    boolean isOver() {
        if (frames == 0) {
            beganNanos = ticker.read();
        }
        frames++;
        return frames > MAX_FRAMES || (frames % FRAMES_PER_CHECK == 0 && ticker.read() - beganNanos > MAX_NANOS);
    }
}
