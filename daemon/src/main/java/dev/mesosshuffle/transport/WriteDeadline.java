package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices a peer that does not read: bytes wait to be sent, and not one of them has been for a time. Any progress restarts
 * the time.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class WriteDeadline {
    /** How often progress is looked for within the time. */
    private static final int CHECKS = 8;

    private final Channel channel;
    private final long timeoutNanos;
    private final Ticker ticker;
    private final Runnable onMissed;

    private @Nullable Future<?> check;
    private long movedNanos;
    private int currentWrite;
    private long currentProgress;
    private int writes;

    /**
     * Creates a deadline.
     *
     * @param timeoutNanos the time without progress; 0 for any
     * @param onMissed closes the connection
     */
    WriteDeadline(Channel channel, long timeoutNanos, Ticker ticker, Runnable onMissed) {
        this.channel = channel;
        this.timeoutNanos = timeoutNanos;
        this.ticker = ticker;
        this.onMissed = onMissed;
    }

    /** Something waits to be sent. Its progress is checked until {@code isSent}. */
    void watch(BooleanSupplier isSent) {
        if (check == null && timeoutNanos > 0) {
            movedNanos = ticker.read();
            schedule(isSent);
        }
    }

    /** Ends the checks: a check that is scheduled would keep a closed connection in memory. */
    void cancel() {
        if (check != null) {
            check.cancel(false);
        }
    }

    private void schedule(BooleanSupplier isSent) {
        check = channel.eventLoop()
                .schedule(() -> check(isSent), Math.max(1, timeoutNanos / CHECKS), TimeUnit.NANOSECONDS);
    }

    private void check(BooleanSupplier isSent) {
        check = null;
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        if (out == null || isSent.getAsBoolean()) {
            return;
        }
        long now = ticker.read();
        // Without a write in the channel it waits for a disk, not for the peer.
        if (hasMoved(out) || out.isEmpty()) {
            movedNanos = now;
        }
        if (now - movedNanos >= timeoutNanos) {
            onMissed.run();
        } else {
            scheduleOrGiveUp(isSent);
        }
    }

    /** A connection that is not watched any more could keep its memory for ever. */
    private void scheduleOrGiveUp(BooleanSupplier isSent) {
        try {
            schedule(isSent);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
            onMissed.run();
        }
    }

    private boolean hasMoved(ChannelOutboundBuffer out) {
        // By its number, since a reference would keep what has been sent.
        int write = System.identityHashCode(out.current());
        long progress = out.currentProgress();
        int size = out.size();
        boolean moved = write != currentWrite || progress != currentProgress || size < writes;
        currentWrite = write;
        currentProgress = progress;
        writes = size;
        return moved;
    }
}
