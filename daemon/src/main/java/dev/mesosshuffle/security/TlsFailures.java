package dev.mesosshuffle.security;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.events.LimitedEvents;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.channel.Channel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts, logs and shows operators why connections with TLS were not established. For any thread. */
final class TlsFailures {
    private static final Logger logger = LoggerFactory.getLogger(TlsFailures.class);

    private static final String HANDSHAKES = "shuffleService.tlsHandshakes";
    private static final String FAILURES = "shuffleService.tlsHandshakeFailures";
    private static final String OVERLOADED = "shuffleService.tlsHandshakesOverloaded";
    private static final String PLAIN_TEXT = "shuffleService.plainTextRefused";

    private final RateLimitedLogger rateLimitedLogger;
    private final LimitedEvents<TlsRefusal> events;
    private final Counter handshakes;
    private final Counter handshakeFailures;
    private final Counter handshakesOverloaded;
    private final Counter plainTextRefused;

    TlsFailures(RateLimitedLogger rateLimitedLogger, MetricRegistry metrics, EventRecorder events) {
        this.rateLimitedLogger = rateLimitedLogger;
        this.events = new LimitedEvents<>(events, EventKind.AUTHENTICATION, TlsRefusal.class, System::nanoTime);
        this.handshakes = metrics.counter(HANDSHAKES);
        this.handshakeFailures = metrics.counter(FAILURES);
        this.handshakesOverloaded = metrics.counter(OVERLOADED);
        this.plainTextRefused = metrics.counter(PLAIN_TEXT);
    }

    /** Registers the metrics, which are zero without TLS. */
    static void registerMetrics(MetricRegistry metrics) {
        for (String name : List.of(HANDSHAKES, FAILURES, OVERLOADED, PLAIN_TEXT)) {
            metrics.counter(name);
        }
    }

    /** A handshake has succeeded. */
    void handshakeDone() {
        handshakes.inc();
    }

    /** A handshake has failed, or what followed it is not what the peer had encrypted. */
    void failed(Channel channel, Throwable cause) {
        handshakeFailures.inc();
        String reason =
                cause instanceof RenegotiationException ? String.valueOf(cause.getMessage()) : ErrorMessages.of(cause);
        record(channel, TlsRefusal.FAILED, "TLS failed: " + reason);
        rateLimitedLogger.warn(
                logger,
                "TLS failure",
                "Closed the connection from " + channel.remoteAddress() + ": TLS failed: " + reason
                        + ". Check spark.ssl.rpc.* of both sides.");
    }

    /** A handshake was not begun, because too many wait. */
    void overloaded(Channel channel) {
        handshakesOverloaded.inc();
        record(channel, TlsRefusal.OVERLOADED, "too many TLS handshakes wait");
        rateLimitedLogger.warn(
                logger,
                "TLS overload",
                "Closed the connection from " + channel.remoteAddress()
                        + ": too many TLS handshakes wait. Clients retry; check what connects so often.");
    }

    /** A client without TLS was refused. */
    void refusedPlainText(Channel channel) {
        plainTextRefused.inc();
        record(channel, TlsRefusal.PLAIN_TEXT, "it does not speak TLS");
        rateLimitedLogger.warn(
                logger,
                "plain text",
                "Closed the connection from " + channel.remoteAddress() + ", which does not speak TLS. Set"
                        + " spark.ssl.rpc.enabled=true for the application, or, to serve both for a time,"
                        + " spark.mesos.shuffle.service.tls=optional here.");
    }

    private void record(Channel channel, TlsRefusal reason, String explanation) {
        events.record(reason, "", "client at " + channel.remoteAddress() + " refused: " + explanation);
    }
}
