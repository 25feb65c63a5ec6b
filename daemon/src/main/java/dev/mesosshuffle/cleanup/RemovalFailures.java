package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.logging.ErrorMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What keeps dirs from being deleted: counts it, tells the operator once, and says when to try again. For any thread. */
final class RemovalFailures {
    private static final Logger logger = LoggerFactory.getLogger(RemovalFailures.class);

    private final Set<Path> refusedRoots = ConcurrentHashMap.newKeySet();
    private final CleanupMetrics metrics;

    RemovalFailures(CleanupMetrics metrics) {
        this.metrics = metrics;
    }

    /** Something went wrong that may go well later; returns when to try again. */
    Duration failed(DirRemoval removal, Throwable reason) {
        metrics.failures().inc();
        Duration delay = removal.failed();
        if (removal.isWorthAWarning()) {
            logger.warn(
                    "Cannot delete {}: {}. It is tried again for as long as it takes, at last every hour.",
                    removal.described(),
                    ErrorMessages.of(reason));
        } else {
            logger.debug("Cannot delete {} yet", removal.dir.path(), reason);
        }
        return delay;
    }

    /** The dir is not what was accepted; returns when to look again. */
    Duration refused(DirRemoval removal, Exception reason) {
        if (removal.isFirstRefusal()) {
            logger.error(
                    "Nothing is deleted of {}, since it is not what it was: {}. Look who did that; delete it by hand.",
                    removal.described(),
                    reason.getMessage());
        }
        metrics.refusals().inc();
        return DirRemoval.LONGEST_DELAY;
    }

    /** Nothing below the dir's root may be deleted; returns when to look again. */
    Duration refusedForRoot(DirRemoval removal) {
        Path root = removal.dir.root();
        if (refusedRoots.add(root)) {
            logger.error(
                    "What is to be deleted stays under {}: it is not among the roots that may be"
                            + " cleaned (spark.local.dir). Add it there again, or delete them by hand.",
                    root);
        }
        metrics.refusals().inc();
        return DirRemoval.LONGEST_DELAY;
    }
}
