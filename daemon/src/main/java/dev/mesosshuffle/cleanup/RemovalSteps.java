package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to one dir, as far as it goes at one time. Works on the disk, on the thread of the dir's root. */
final class RemovalSteps {
    private static final Logger logger = LoggerFactory.getLogger(Reclaimer.class);

    private final LocalDirPolicy policy;
    private final OrphanRules orphans;
    private final ReadsInFlight reads;
    private final CleanupMetrics metrics;
    private final BooleanSupplier closed;

    /** What was reached. */
    enum Reached {
        /** It has its going-name. */
        MARKED,
        /** It is no orphan, and is as it was. */
        STAYS,
        /** It is still being read. */
        READ,
        /** Nothing of it is there any more. */
        GONE,
        /** This process ends. */
        CLOSED
    }

    RemovalSteps(
            LocalDirPolicy policy,
            OrphanRules orphans,
            ReadsInFlight reads,
            CleanupMetrics metrics,
            BooleanSupplier closed) {
        this.policy = policy;
        this.orphans = orphans;
        this.reads = reads;
        this.metrics = metrics;
        this.closed = closed;
    }

    Reached advance(DirRemoval removal, Pace pace) throws IOException, LocalDirRefusedException {
        LocalDir dir = removal.dir;
        if (removal.isOrphan()) {
            policy.checkOrphan(dir, orphans.keepOut());
        } else {
            policy.checkAgain(dir);
        }
        RootPresence.check(dir.root(), removal.rootInode);
        if (!removal.isMarked()) {
            String reason = removal.isOrphan() ? orphans.reasonToStay(dir, paced(pace)) : null;
            if (closed.getAsBoolean()) {
                return Reached.CLOSED;
            }
            if (reason != null) {
                logger.debug("{} is no orphan any more: {}", dir.path(), reason);
                return Reached.STAYS;
            }
            GoingDirs.mark(dir);
            removal.marked();
            return Reached.MARKED;
        }
        if (removal.appId != null && reads.any(removal.appId)) {
            if (!removal.isMeasured()) {
                countWhatIsThere(removal, pace);
            }
            return Reached.READ;
        }
        delete(removal, pace);
        return closed.getAsBoolean() ? Reached.CLOSED : Reached.GONE;
    }

    private void delete(DirRemoval removal, Pace pace) throws IOException {
        LocalDir dir = removal.dir;
        try {
            GoingDirs.delete(dir, paced(pace), this::deletedFile);
            // Nothing was found to be there; that says something only of a root that was there all the time.
            RootPresence.check(dir.root(), removal.rootInode);
        } catch (RootAwayException e) {
            throw e;
        } catch (IOException e) {
            countWhatIsThere(removal, pace);
            throw e;
        }
        if (!closed.getAsBoolean()) {
            removal.measured(0, metrics.bytesWaiting());
        }
    }

    private void deletedFile(long bytes) {
        metrics.deletedFiles().inc();
        metrics.deletedBytes().inc(bytes);
    }

    /** Only what has to stay for a while is measured: to look at each file costs a fifth of what deleting it does. */
    private void countWhatIsThere(DirRemoval removal, Pace pace) {
        try {
            long there = GoingDirs.size(removal.dir, paced(pace));
            if (!closed.getAsBoolean()) {
                removal.measured(there, metrics.bytesWaiting());
            }
        } catch (IOException e) {
            // Then what was counted before still is.
            logger.debug("Cannot measure {}", removal.dir.path(), e);
        }
    }

    private BooleanSupplier paced(Pace pace) {
        return () -> {
            pace.beforeFile();
            return closed.getAsBoolean();
        };
    }
}
