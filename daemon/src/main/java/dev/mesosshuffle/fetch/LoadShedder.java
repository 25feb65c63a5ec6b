package dev.mesosshuffle.fetch;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.logging.RateLimitedLogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes connections under overload: Spark's clients retry only after their connection is closed. For any thread. */
final class LoadShedder {
    private static final Logger logger = LoggerFactory.getLogger(LoadShedder.class);

    private final Counter shedConnections;
    private final RateLimitedLogger rateLimitedLogger;

    LoadShedder(FetchMetrics metrics, RateLimitedLogger rateLimitedLogger) {
        this.shedConnections = metrics.shedConnections;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /**
     * Closes a connection, counts it, and logs why.
     *
     * @param kind the kind of overload; one of a few constants, by which log lines are limited
     * @param reason which limit was reached, and what an operator can do
     */
    void shed(Connection connection, String kind, String reason) {
        shedConnections.inc();
        rateLimitedLogger.warn(
                logger,
                kind,
                reason + " Closed the connection from " + connection.remoteAddress() + ", which retries.");
        connection.close();
    }
}
