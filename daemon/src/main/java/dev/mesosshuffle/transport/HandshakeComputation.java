package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.protocol.HandshakeMessage;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.HandshakeOutcome;
import dev.mesosshuffle.security.ServerHandshake;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
        long arrivedNanos = ticker.read();
        services.executor()
                .execute(
                        message.kind(),
                        ClientAddress.shareOf(context.channel()),
                        () -> answer(handshake, message, arrivedNanos),
                        () -> execute(listener::onLate));
    }

    /** On a thread for handshakes. */
    private void answer(ServerHandshake handshake, HandshakeMessage message, long arrivedNanos) {
        if (!context.channel().isActive()) {
            execute(listener::onLate);
            return;
        }
        HandshakeOutcome outcome;
        try {
            outcome = handshake.answer(message.body());
        } catch (RuntimeException | Error e) {
            execute(() -> listener.onFailed(e));
            return;
        }
        services.reporter().metrics().latency.update(ticker.read() - arrivedNanos, TimeUnit.NANOSECONDS);
        execute(() -> pass(message, outcome));
    }

    private void pass(HandshakeMessage message, HandshakeOutcome outcome) {
        try {
            listener.onAnswered(message, outcome);
        } catch (RuntimeException | Error e) {
            discard(outcome);
            listener.onFailed(e);
        }
    }

    /** Runs a task on the event loop; if that has ended, its connections were closed. */
    private void execute(Runnable task) {
        try {
            context.executor().execute(task);
        } catch (RejectedExecutionException e) {
            logger.debug("Dropped a handshake: its event loop has ended");
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
