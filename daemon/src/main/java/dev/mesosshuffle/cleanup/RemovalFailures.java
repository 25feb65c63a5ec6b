package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.logging.ErrorMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what keeps dirs from being deleted, logs it once, and says when to try again. For any thread. */
final class RemovalFailures {
    private static final Logger logger = LoggerFactory.getLogger(RemovalFailures.class);

    private final Set<Path> refusedRoots = ConcurrentHashMap.newKeySet();
    private final CleanupMetrics metrics;

    RemovalFailures(CleanupMetrics metrics) {
        this.metrics = metrics;
    }

    /** Handles a failure that may be transient; returns the delay before the next attempt. */
    Duration failed(DirRemoval removal, Throwable reason) {
        metrics.failures().inc();
        Duration delay = removal.failed();
        if (removal.shouldWarn()) {
            logger.warn(
                    "Cannot delete {}: {}. It is retried until it succeeds, at last every hour.",
                    removal.describe(),
                    ErrorMessages.of(reason));
        } else {
            logger.debug("Cannot delete {} yet", removal.dir.path(), reason);
        }
        return delay;
    }

    /** Handles a dir that is not what was accepted; returns the delay before the next check. */
    Duration refused(DirRemoval removal, Exception reason) {
        if (removal.isFirstRefusal()) {
            logger.error(
                    "Nothing is deleted of {}, because it was replaced: {}. Find out who did that, and delete it manually.",
                    removal.describe(),
                    reason.getMessage());
        }
        metrics.rejected().inc();
        return DirRemoval.MAX_DELAY;
    }

    /** Handles a dir under a root that is not allowed; returns the delay before the next check. */
    Duration refusedForRoot(DirRemoval removal) {
        Path root = removal.dir.root();
        if (refusedRoots.add(root)) {
            logger.error(
                    "Pending deletions under {} are suspended: it is not among the roots that may be cleaned"
                            + " (spark.local.dir). Add it again, or delete the directories manually.",
                    root);
        }
        metrics.rejected().inc();
        return DirRemoval.MAX_DELAY;
    }
}
