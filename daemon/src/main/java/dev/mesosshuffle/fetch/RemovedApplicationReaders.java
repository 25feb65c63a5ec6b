package dev.mesosshuffle.fetch;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.Sanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the connections of clients that requested blocks of an application before it was removed, and have not read them in
 * time: their files could not be deleted. For any thread.
 */
public final class RemovedApplicationReaders {
    private static final Logger logger = LoggerFactory.getLogger(RemovedApplicationReaders.class);

    private final ReadTracker reads;
    private final Counter closedConnections;
    private final RateLimitedLogger rateLimitedLogger;

    /**
     * Creates it; to be called once for each metric registry.
     *
     * @param reads knows who reads
     * @param rateLimitedLogger logs what clients can cause at any rate
     * @param metrics gets {@code shuffleService.unreadBlocksClosedConnections}
     */
    public RemovedApplicationReaders(ReadTracker reads, RateLimitedLogger rateLimitedLogger, MetricRegistry metrics) {
        this.reads = reads;
        this.rateLimitedLogger = rateLimitedLogger;
        this.closedConnections = metrics.counter("shuffleService.unreadBlocksClosedConnections");
    }

    /**
     * Closes the connections to which blocks of an application have been on their way since before a time.
     *
     * @param nanos the time, of the clock of the {@link ReadTracker}
     */
    public void close(String appId, long nanos) {
        for (Connection connection : reads.receivers(appId, nanos)) {
            if (connection.isOpen()) {
                closedConnections.inc();
                rateLimitedLogger.warn(
                        logger,
                        "unread block",
                        "Closed the connection from " + connection.remoteAddress()
                                + ", which has not read a block that it requested before application "
                                + Sanitizer.printable(appId) + " was removed; its files can be deleted now");
                connection.close();
            }
        }
    }
}
