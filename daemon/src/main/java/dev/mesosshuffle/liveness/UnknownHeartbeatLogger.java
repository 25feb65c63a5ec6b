package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.logging.Sanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts heartbeats of applications that are not known, and tells of each application once. Bounded, since anybody may
 * send any id.
 */
final class UnknownHeartbeatLogger {
    private static final Logger logger = LoggerFactory.getLogger(UnknownHeartbeatLogger.class);

    private static final int REMEMBERED = 10_000;

    private final Cache<String, Boolean> removed = remembered();
    private final Cache<String, Boolean> toldOf = remembered();
    private final Counter counter;

    UnknownHeartbeatLogger(Counter counter) {
        this.counter = counter;
    }

    private static Cache<String, Boolean> remembered() {
        return Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .executor(Runnable::run)
                .build();
    }

    void removed(String appId) {
        removed.put(appId, true);
        toldOf.invalidate(appId);
    }

    void came(String appId) {
        counter.inc();
        if (toldOf.asMap().putIfAbsent(appId, true) != null) {
            return;
        }
        if (removed.getIfPresent(appId) != null) {
            logger.warn(
                    "Heartbeat of application {}, which was removed, by hand or for its silence: its shuffle files on"
                            + " this host are gone, and stages that need them will be run again. If its driver was only"
                            + " paused, give it a longer spark.network.timeout.",
                    Sanitizer.printable(appId));
        } else {
            logger.warn(
                    "Heartbeat of application {}, whose driver never registered here: it does not keep any files alive.",
                    Sanitizer.printable(appId));
        }
    }
}
