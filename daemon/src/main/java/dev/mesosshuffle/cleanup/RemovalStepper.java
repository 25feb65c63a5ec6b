package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.host.RootIdentity;
import dev.mesosshuffle.host.RootUnavailableException;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.PeerOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to one dir, as far as it goes at one time. Works on the disk, on the thread of the dir's root. */
final class RemovalStepper {
    private static final Logger logger = LoggerFactory.getLogger(RemovalStepper.class);

    private final LocalDirPolicy policy;
    private final OrphanCheck orphans;
    private final ActiveReads reads;
    private final CleanupMetrics metrics;
    private final BooleanSupplier closed;

    /** The roots where nothing is deleted since another service's registry is missing; told once. */
    private final Set<Path> withheld = ConcurrentHashMap.newKeySet();

    /** What was reached. */
    enum Reached {
        /** It has its going-name. */
        MARKED,
        /** It is no orphan, and is as it was. */
        STAYS,
        /** An application at another port owns it, so it is as it was. */
        OWNED_ELSEWHERE,
        /** It is still being read. */
        READ,
        /** Nothing of it is there any more. */
        GONE,
        /** This process ends. */
        CLOSED
    }

    RemovalStepper(
            LocalDirPolicy policy,
            OrphanCheck orphans,
            ActiveReads reads,
            CleanupMetrics metrics,
            BooleanSupplier closed) {
        this.policy = policy;
        this.orphans = orphans;
        this.reads = reads;
        this.metrics = metrics;
        this.closed = closed;
    }

    Reached advance(DirRemoval removal, RateLimiter pace) throws IOException, LocalDirRefusedException {
        LocalDir dir = removal.dir;
        if (removal.isOrphan()) {
            policy.checkOrphan(dir, orphans.protectedPaths());
        } else {
            policy.checkAgain(dir);
        }
        RootIdentity.check(dir.root(), removal.rootInode);
        if (!removal.isMarked()) {
            String reason = removal.isOrphan() ? orphans.retentionReason(dir, paced(pace)) : null;
            if (closed.getAsBoolean()) {
                return Reached.CLOSED;
            }
            if (reason != null) {
                logger.debug("{} is no orphan any more: {}", dir.path(), reason);
                return Reached.STAYS;
            }
            if (!removal.isOrphan() && isOwnedElsewhere(removal)) {
                return Reached.OWNED_ELSEWHERE;
            }
            LocalDirDeletion.mark(dir);
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

    /**
     * Its application owned it alone in its own registry, but a service on another port may have registered it too:
     * before it knew of this one, or for the same application. The intent is stored, so none does from now on.
     */
    private boolean isOwnedElsewhere(DirRemoval removal) throws OwnerUnknownException {
        Path path = removal.dir.path();
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path root = removal.dir.root();
        String missing = orphans.registries().missingElsewhere(root);
        if (missing != null) {
            if (withheld.add(root)) {
                logger.warn("No expired dir under {} is deleted for now: {}", root, missing);
            }
            throw new OwnerUnknownException(missing, null);
        }
        if (withheld.remove(root)) {
            logger.info("Expired dirs under {} are deleted again", root);
        }
        PeerOwner owner;
        try {
            owner = orphans.registries().peers().owner(path);
        } catch (StoreException e) {
            throw new OwnerUnknownException(String.valueOf(e.getMessage()), e);
        }
        if (owner == null) {
            return false;
        }
        logger.warn(
                "The {} stays: {}. It is left to that one.",
                removal.described(),
                Sanitizer.printable(owner.described()));
        metrics.refusals().inc();
        return true;
    }

    private void delete(DirRemoval removal, RateLimiter pace) throws IOException {
        LocalDir dir = removal.dir;
        try {
            LocalDirDeletion.delete(dir, paced(pace), this::deletedFile);
            // Nothing was found to be there; that says something only of a root that was there all the time.
            RootIdentity.check(dir.root(), removal.rootInode);
        } catch (RootUnavailableException e) {
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
    private void countWhatIsThere(DirRemoval removal, RateLimiter pace) {
        try {
            long there = LocalDirDeletion.size(removal.dir, paced(pace));
            if (!closed.getAsBoolean()) {
                removal.measured(there, metrics.bytesWaiting());
            }
        } catch (IOException e) {
            // Then what was counted before still is.
            logger.debug("Cannot measure {}", removal.dir.path(), e);
        }
    }

    private BooleanSupplier paced(RateLimiter pace) {
        return () -> {
            pace.beforeFile();
            return closed.getAsBoolean();
        };
    }
}
