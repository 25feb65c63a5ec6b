package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.protocol.HandshakeMessage;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.HandshakeOutcome;
import dev.mesosshuffle.security.ServerHandshake;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the answers to one connection's messages computed by other threads, and passes them on by its event loop. Nothing is
 * computed for a connection that has been closed meanwhile.
 *
 * <p><b>Concurrency:</b> started on the connection's event loop, for one message at a time.
 */
final class HandshakeComputation {
    private static final Logger logger = LoggerFactory.getLogger(HandshakeComputation.class);

    private final HandshakeServices services;
    private final ChannelHandlerContext context;
    private final Ticker ticker;
    private final Listener listener;

    /** Learns what became of a message: exactly one of these, on the event loop, unless that has ended. */
    interface Listener {
        /** It was computed. */
        void onAnswered(HandshakeMessage message, HandshakeOutcome outcome);

        /** It was not computed, because it waited for too long or the connection was closed. */
        void onLate();

        /** An unexpected failure, also of {@link #onAnswered}. */
        void onFailed(Throwable failure);
    }

    HandshakeComputation(HandshakeServices services, ChannelHandlerContext context, Ticker ticker, Listener listener) {
        this.services = services;
        this.context = context;
        this.ticker = ticker;
        this.listener = listener;
    }

    /**
     * Starts the computation of an answer.
     *
     * @throws RejectedExecutionException if too many wait
     */
    void start(ServerHandshake handshake, HandshakeMessage message) {
        Answer answer = new Answer(handshake, message, ticker.read());
        try {
            services.executor()
                    .execute(message.kind(), ClientAddress.shareOf(context.channel()), answer, answer.handover);
        } catch (OutOfMemoryError e) {
            // It may have been queued before memory ran out, and even run.
            if (answer.cancel()) {
                throw e;
            }
            HeapShortage.survived(e);
        }
    }

    /** One answer, whose end reaches the event loop in any case: that is made ready before. */
    private final class Answer implements Runnable {
        private final ServerHandshake handshake;
        private final HandshakeMessage message;
        private final long arrivedNanos;
        private final Runnable handover = new LoopHandover(context.channel(), this::pass, this::discardOutcome);
        private final AtomicBoolean begun = new AtomicBoolean();

        private @Nullable HandshakeOutcome outcome;
        private @Nullable Throwable failure;
        private boolean passed;

        private Answer(ServerHandshake handshake, HandshakeMessage message, long arrivedNanos) {
            this.handshake = handshake;
            this.message = message;
            this.arrivedNanos = arrivedNanos;
        }

        /** Prevents it; returns false if it has begun. */
        private boolean cancel() {
            return begun.compareAndSet(false, true);
        }

        /** On a thread for handshakes. */
        @Override
        public void run() {
            if (!cancel()) {
                return;
            }
            try {
                if (context.channel().isActive()) {
                    outcome = handshake.answer(message.body());
                    services.reporter().metrics().latency.update(ticker.read() - arrivedNanos, TimeUnit.NANOSECONDS);
                }
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            handover.run();
        }

        /** On the event loop; once. */
        private void pass() {
            if (passed) {
                return;
            }
            passed = true;
            HandshakeOutcome its = outcome;
            Throwable reason = failure;
            try {
                if (reason == null) {
                    tell(its);
                }
            } catch (RuntimeException | Error e) {
                reason = e;
            }
            if (reason != null) {
                discardOutcome();
                listener.onFailed(reason);
            }
        }

        private void tell(@Nullable HandshakeOutcome its) {
            if (its == null) {
                listener.onLate();
            } else {
                listener.onAnswered(message, its);
            }
        }

        private void discardOutcome() {
            HandshakeOutcome its = outcome;
            if (its != null) {
                discard(its);
            }
        }
    }

    /** Releases an outcome that is not used: what a proof hands out belongs to nobody else. */
    static void discard(HandshakeOutcome outcome) {
        if (outcome instanceof HandshakeOutcome.Authenticated proof
                && proof.protection() instanceof ConnectionProtection.Sasl sasl) {
            try {
                sasl.server().dispose();
            } catch (Exception e) {
                logger.debug("A SASL server could not be disposed of", e);
            }
        }
    }
}
