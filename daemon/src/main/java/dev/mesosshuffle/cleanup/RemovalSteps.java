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
        /** It has its going-name, and its size is known. */
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
        }
        if (!removal.isMeasured()) {
            removal.measured(GoingDirs.size(dir, paced(pace)), metrics.bytesWaiting());
            return Reached.MARKED;
        }
        if (removal.appId != null && reads.any(removal.appId)) {
            return Reached.READ;
        }
        delete(removal, pace);
        return closed.getAsBoolean() ? Reached.CLOSED : Reached.GONE;
    }

    private void delete(DirRemoval removal, Pace pace) throws IOException {
        LocalDir dir = removal.dir;
        try {
            GoingDirs.delete(dir, paced(pace), metrics.deletedFiles()::inc);
            // Nothing was found to be there; that says something only of a root that was there all the time.
            RootPresence.check(dir.root(), removal.rootInode);
        } catch (RootAwayException | NotADirException e) {
            throw e;
        } catch (IOException e) {
            countWhatIsLeft(removal, pace);
            throw e;
        }
        if (!closed.getAsBoolean()) {
            metrics.deletedBytes().inc(removal.measured(0, metrics.bytesWaiting()));
        }
    }

    private void countWhatIsLeft(DirRemoval removal, Pace pace) {
        try {
            long left = GoingDirs.size(removal.dir, paced(pace));
            if (!closed.getAsBoolean()) {
                metrics.deletedBytes().inc(Math.max(0, removal.measured(left, metrics.bytesWaiting())));
            }
        } catch (IOException e) {
            // Then what was counted before still is.
            logger.debug("Cannot measure what is left of {}", removal.dir.path(), e);
        }
    }

    private BooleanSupplier paced(Pace pace) {
        return () -> {
            pace.beforeFile();
            return closed.getAsBoolean();
        };
    }
}
