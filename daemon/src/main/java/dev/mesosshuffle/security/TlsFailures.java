package dev.mesosshuffle.security;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.channel.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs why connections with TLS were not established. For any thread. */
final class TlsFailures {
    private static final Logger logger = LoggerFactory.getLogger(TlsFailures.class);

    private final RateLimitedLogger rateLimitedLogger;
    private final Counter handshakes;
    private final Counter handshakeFailures;
    private final Counter plainTextRefused;

    TlsFailures(RateLimitedLogger rateLimitedLogger, MetricRegistry metrics) {
        this.rateLimitedLogger = rateLimitedLogger;
        this.handshakes = metrics.counter("shuffleService.tlsHandshakes");
        this.handshakeFailures = metrics.counter("shuffleService.tlsHandshakeFailures");
        this.plainTextRefused = metrics.counter("shuffleService.plainTextRefused");
    }

    /** A handshake has succeeded. */
    void handshakeDone() {
        handshakes.inc();
    }

    /** A handshake has failed, or what followed it is not what the peer had encrypted. */
    void failed(Channel channel, Throwable cause) {
        handshakeFailures.inc();
        rateLimitedLogger.warn(
                logger,
                "TLS failure",
                "Closed the connection from " + channel.remoteAddress() + ": TLS failed: " + ErrorMessages.of(cause)
                        + ". Check spark.ssl.rpc.* of both sides.");
    }

    /** A client without TLS was refused. */
    void refusedPlainText(Channel channel) {
        plainTextRefused.inc();
        rateLimitedLogger.warn(
                logger,
                "plain text",
                "Closed the connection from " + channel.remoteAddress() + ", which does not speak TLS. Set"
                        + " spark.ssl.rpc.enabled=true for the application, or, to serve both for a time,"
                        + " spark.mesos.shuffle.service.tls=optional here.");
    }
}
