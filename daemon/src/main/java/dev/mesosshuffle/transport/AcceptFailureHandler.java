package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles failures of the listening channel, usually for lack of file descriptors. Pauses accepting for a second, so that
 * the event loop does not spin; new connections wait in the kernel's backlog meanwhile. Replaces Netty's own handling, which
 * does the same but logs two lines each time.
 *
 * <p><b>Concurrency:</b> confined to the event loop that accepts connections.
 */
final class AcceptFailureHandler extends ChannelInboundHandlerAdapter {
    private static final Logger logger = LoggerFactory.getLogger(AcceptFailureHandler.class);

    private static final int PAUSE_SECONDS = 1;

    private final ReadGate gate;
    private final Counter failures;
    private final RateLimitedLogger rateLimitedLogger;
    private boolean paused;

    /**
     * Creates one.
     *
     * @param gate that of the listening channel
     */
    AcceptFailureHandler(ReadGate gate, TransportMetrics metrics, RateLimitedLogger rateLimitedLogger) {
        this.gate = gate;
        this.failures = metrics.acceptFailures;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failures.inc();
        if (ErrorMessages.isTooManyOpenFiles(cause)) {
            rateLimitedLogger.warn(
                    logger,
                    "accept without descriptors",
                    "No new connection can be accepted: " + ErrorMessages.reason(cause)
                            + ". Open connections continue; new ones wait. Raise the limit (LimitNOFILE of the unit,"
                            + " or ulimit -n), or find out who connects so often.");
        } else {
            rateLimitedLogger.warn(
                    logger,
                    "accept",
                    "A new connection could not be accepted: " + ErrorMessages.reason(cause)
                            + ". Retried every second; if it continues, check the memory and the network of the host.");
        }
        if (!paused) {
            var unused = context.executor().schedule(this::resume, PAUSE_SECONDS, TimeUnit.SECONDS);
            paused = true;
            gate.close(ReadGate.Reason.ACCEPT_FAILURE);
        }
    }

    private void resume() {
        paused = false;
        gate.open(ReadGate.Reason.ACCEPT_FAILURE);
    }
}
