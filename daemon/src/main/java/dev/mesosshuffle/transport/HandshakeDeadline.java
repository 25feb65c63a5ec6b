package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.Ticker;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices a client that does not prove who it is in time, and a service that does not answer it in time.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class HandshakeDeadline {
    /** The time for the client's first message. */
    static final long FIRST_MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The time for everything. */
    static final long TOTAL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Ticker ticker;
    private final Listener listener;

    private long startedNanos;
    private boolean messageArrived;
    private boolean answerDue;
    private long answerDueSinceNanos;
    private @Nullable Future<?> check;

    /** Closes the connection. */
    interface Listener {
        /** No message arrived. */
        void onSilent();

        /** The handshake did not end in time. */
        void onSlow();

        /** The answer to a message waits for too long. */
        void onUnanswered();
    }

    HandshakeDeadline(Ticker ticker, Listener listener) {
        this.ticker = ticker;
        this.listener = listener;
    }

    /** Starts the time, unless it runs. */
    void start(ChannelHandlerContext context) {
        if (check == null) {
            startedNanos = ticker.read();
            schedule(context);
        }
    }

    /** A message of the client arrived, and is to be answered. */
    void messageArrived() {
        messageArrived = true;
        answerDue = true;
        answerDueSinceNanos = ticker.read();
    }

    /** It was answered. */
    void answered() {
        answerDue = false;
    }

    /** Ends the checks: a check that is scheduled would keep a closed connection in memory. */
    void cancel() {
        if (check != null) {
            check.cancel(false);
        }
    }

    private void schedule(ChannelHandlerContext context) {
        check = context.executor().schedule(() -> check(context), CHECK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        if (context.isRemoved()) {
            return;
        }
        long now = ticker.read();
        if (answerDue && now - answerDueSinceNanos >= HandshakeExecutor.MAX_WAIT_NANOS) {
            listener.onUnanswered();
        } else if (!messageArrived && now - startedNanos >= FIRST_MESSAGE_NANOS) {
            listener.onSilent();
        } else if (now - startedNanos >= TOTAL_NANOS) {
            listener.onSlow();
        } else {
            try {
                schedule(context);
            } catch (OutOfMemoryError e) {
                // A connection that is not watched any more could stay without a proof for ever.
                HeapShortage.survived(e);
                listener.onSlow();
            }
        }
    }
}
