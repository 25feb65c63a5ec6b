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
 * Takes what goes wrong on the channel that listens, most of all that no descriptor is left for a new connection. Accepts
 * nothing for a second, so that the event loop does not spin, and then tries again; who wants to connect waits in the
 * kernel meanwhile. In place of Netty's own handling, which does the same and logs two lines each time.
 *
 * <p><b>Concurrency:</b> confined to the event loop that accepts connections.
 */
final class AcceptFailureHandler extends ChannelInboundHandlerAdapter {
    private static final Logger logger = LoggerFactory.getLogger(AcceptFailureHandler.class);

    private static final int PAUSE_SECONDS = 1;

    private final Counter failures;
    private final RateLimitedLogger quietLog;

    AcceptFailureHandler(TransportMetrics metrics, RateLimitedLogger quietLog) {
        this.failures = metrics.acceptFailures;
        this.quietLog = quietLog;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failures.inc();
        if (ErrorMessages.isTooManyOpenFiles(cause)) {
            quietLog.warn(
                    logger,
                    "accept without descriptors",
                    "No new connection can be accepted: " + ErrorMessages.reason(cause)
                            + ". Those that are open go on; others wait. Raise the limit (LimitNOFILE of the unit,"
                            + " or ulimit -n), or find out who connects so often.");
        } else {
            quietLog.warn(
                    logger,
                    "accept",
                    "A new connection could not be accepted: " + ErrorMessages.reason(cause)
                            + ". Tried again every second; if this goes on, look after the memory and the network of the"
                            + " host.");
        }
        if (context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(false);
            var unused = context.channel()
                    .eventLoop()
                    .schedule(() -> context.channel().config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
