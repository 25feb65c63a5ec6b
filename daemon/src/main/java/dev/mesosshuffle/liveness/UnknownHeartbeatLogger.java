package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.Sanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts heartbeats of unknown applications, and logs one line for each application, but no more than one a minute for all
 * of them. Bounded, because anybody may send any id. For any thread.
 */
final class UnknownHeartbeatLogger {
    private static final Logger logger = LoggerFactory.getLogger(UnknownHeartbeatLogger.class);

    /** Of each cache, in bytes: some 5,000 ids of Mesos. */
    private static final int MAX_REMEMBERED_BYTES = 1024 * 1024;

    /** An entry and its id, without the id's characters. */
    private static final int ENTRY_BYTES = 150;

    private final Cache<String, Boolean> removedApps = newCache();
    private final Cache<String, Boolean> loggedApps = newCache();
    private final Counter counter;
    private final RateLimitedLogger rateLimitedLogger;

    UnknownHeartbeatLogger(Counter counter, Ticker ticker) {
        this.counter = counter;
        this.rateLimitedLogger = new RateLimitedLogger(ticker);
    }

    private static Cache<String, Boolean> newCache() {
        return Caffeine.newBuilder()
                .maximumWeight(MAX_REMEMBERED_BYTES)
                .weigher((String appId, Boolean remembered) -> ENTRY_BYTES + 2 * appId.length())
                .executor(Runnable::run)
                .build();
    }

    void applicationRemoved(String appId) {
        removedApps.put(appId, true);
        loggedApps.invalidate(appId);
    }

    void heartbeatReceived(String appId) {
        counter.inc();
        if (loggedApps.getIfPresent(appId) != null) {
            return;
        }
        boolean logged;
        if (removedApps.getIfPresent(appId) != null) {
            logged = rateLimitedLogger.warn(
                    logger,
                    "removed application",
                    "Heartbeat of application " + Sanitizer.printable(appId)
                            + ", which was removed, by an operator or after missed heartbeats: its shuffle files on this"
                            + " host are deleted, and stages that need them will run again. If its driver was only"
                            + " paused, give it a longer spark.network.timeout.");
        } else {
            logged = rateLimitedLogger.warn(
                    logger,
                    "unknown application",
                    "Heartbeat of application " + Sanitizer.printable(appId)
                            + ", whose driver never registered here: it does not keep any files.");
        }
        if (logged) {
            // One that was not logged for the limit is at a later heartbeat.
            loggedApps.put(appId, true);
        }
    }
}
