package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.Ticker;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices a frame that has begun and does not arrive completely. Time in which nothing is read does not count.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class FrameDeadline {
    private final long timeoutNanos;
    private final ReadGate gate;
    private final Ticker ticker;
    private final Runnable onMissed;

    /** Counts the frames that arrived completely, to tell one incomplete frame from the next. */
    private long frames;

    private long incompleteFrame = -1;
    /** When the incomplete frame began, in time in which the connection was read. */
    private long beganNanos;

    private @Nullable Future<?> check;

    /**
     * Creates a deadline.
     *
     * @param timeoutNanos the time for a frame to arrive; 0 for any
     * @param onMissed closes the connection
     */
    FrameDeadline(long timeoutNanos, ReadGate gate, Ticker ticker, Runnable onMissed) {
        this.timeoutNanos = timeoutNanos;
        this.gate = gate;
        this.ticker = ticker;
        this.onMissed = onMissed;
    }

    /** A frame has arrived completely. */
    void frameTaken() {
        frames++;
    }

    /** Everything that had arrived was read. */
    void onReadComplete(ChannelHandlerContext context, boolean isFrameIncomplete) {
        if (!isFrameIncomplete) {
            incompleteFrame = -1;
        } else if (incompleteFrame != frames && timeoutNanos > 0) {
            incompleteFrame = frames;
            beganNanos = readingNanos();
            schedule(context, timeoutNanos);
        }
    }

    /** Ends the checks: a check that is scheduled would keep a closed connection in memory. */
    void cancel() {
        if (check != null) {
            check.cancel(false);
        }
    }

    private void schedule(ChannelHandlerContext context, long delayNanos) {
        if (check == null) {
            check = context.executor().schedule(() -> check(context), delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void check(ChannelHandlerContext context) {
        check = null;
        if (context.isRemoved() || incompleteFrame != frames) {
            return;
        }
        long leftNanos = beganNanos + timeoutNanos - readingNanos();
        if (leftNanos > 0) {
            // At least a while, as this time stands still if nothing is read.
            scheduleOrGiveUp(context, Math.max(leftNanos, timeoutNanos / 8));
        } else {
            onMissed.run();
        }
    }

    /** A connection that is not watched any more could keep its memory for ever. */
    private void scheduleOrGiveUp(ChannelHandlerContext context, long delayNanos) {
        try {
            schedule(context, delayNanos);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
            onMissed.run();
        }
    }

    private long readingNanos() {
        return ticker.read() - gate.closedNanos();
    }
}
