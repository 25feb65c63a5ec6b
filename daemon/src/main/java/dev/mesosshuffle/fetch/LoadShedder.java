package dev.mesosshuffle.fetch;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.logging.RateLimitedLogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done when more is asked than can be done now: the connection is closed, for a client tries again only after
 * that. For any thread.
 */
public final class LoadShedder {
    private static final Logger logger = LoggerFactory.getLogger(LoadShedder.class);

    private final Counter overloads;
    private final RateLimitedLogger quietLog;

    public LoadShedder(FetchMetrics metrics, RateLimitedLogger quietLog) {
        this.overloads = metrics.overloads;
        this.quietLog = quietLog;
    }

    /**
     * Closes a connection.
     *
     * @param kind the kind of overload; one of a few constants
     * @param reason what there was too much of, and what to do
     */
    void close(Connection connection, String kind, String reason) {
        overloads.inc();
        quietLog.warn(
                logger,
                kind,
                reason + " Closed the connection from " + connection.remoteAddress() + ", which tries again.");
        connection.close();
    }
}
