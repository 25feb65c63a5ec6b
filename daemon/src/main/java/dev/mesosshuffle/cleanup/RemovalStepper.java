package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.host.NotADirectoryException;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one dir's removal as far as it can be taken in one turn. Works on the disk, on the thread of the dir's root. */
final class RemovalStepper {
    private static final Logger logger = LoggerFactory.getLogger(RemovalStepper.class);

    private final RemovalGuards guards;
    private final CleanupMetrics metrics;
    private final BooleanSupplier closed;

    /** The roots where nothing is deleted because another service's registry is missing; each is logged once. */
    private final Set<Path> withheld = ConcurrentHashMap.newKeySet();

    /** Dirs with other names are logged once, however many a former version accepted. */
    private final AtomicBoolean formerNameLogged = new AtomicBoolean();

    /** What a step has reached. */
    enum Outcome {
        /** The dir has a name that marks it for deletion. */
        RENAMED,
        /** It is no orphan, and is unchanged. */
        RETAINED,
        /** Its name is not accepted any more, so it may be somebody else's, and is unchanged. */
        NOT_OURS,
        /** An application at another port owns it, so it is unchanged. */
        OWNED_BY_PEER,
        /** It is still being read. */
        IN_USE,
        /** It is another's turn, and something is left to do. */
        TURN_OVER,
        /** Nothing of it is left. */
        DELETED,
        /** This process is stopping. */
        INTERRUPTED
    }

    /**
     * Creates a stepper.
     *
     * @param closed whether this process is stopping
     */
    RemovalStepper(RemovalGuards guards, CleanupMetrics metrics, BooleanSupplier closed) {
        this.guards = guards;
        this.metrics = metrics;
        this.closed = closed;
    }

    Outcome advance(DirRemoval removal, RemovalTurn turn) throws IOException, LocalDirRefusedException {
        LocalDir dir = removal.dir;
        if (guards.policy().hasFormerName(dir, removal.isOrphan())) {
            logFormerName(dir);
            return Outcome.NOT_OURS;
        }
        if (removal.isOrphan()) {
            guards.policy().checkOrphan(dir, guards.orphans().protectedPaths());
        } else {
            guards.policy().recheck(dir);
        }
        RootIdentity.check(dir.root(), removal.rootInode);
        if (!removal.isRenamed()) {
            String reason = removal.isOrphan() ? guards.orphans().retentionReason(dir, turn) : null;
            if (closed.getAsBoolean()) {
                return Outcome.INTERRUPTED;
            }
            if (turn.isOver()) {
                // The check is not complete, and its result means nothing.
                return Outcome.TURN_OVER;
            }
            if (reason != null) {
                logger.debug("{} is no orphan any more: {}", dir.path(), reason);
                return Outcome.RETAINED;
            }
            if (!removal.isOrphan() && isOwnedByPeer(removal)) {
                return Outcome.OWNED_BY_PEER;
            }
            LocalDirDeletion.mark(dir);
            removal.renamed();
            return Outcome.RENAMED;
        }
        if (removal.appId != null && guards.reads().any(removal.appId)) {
            if (!removal.isMeasured()) {
                measure(removal, turn);
            }
            return Outcome.IN_USE;
        }
        delete(removal, turn);
        if (closed.getAsBoolean()) {
            return Outcome.INTERRUPTED;
        }
        return turn.isOver() ? Outcome.TURN_OVER : Outcome.DELETED;
    }

    /** An intent may be of a version that accepted any name, or of a time when it was configured to. */
    private void logFormerName(LocalDir dir) {
        metrics.rejected().inc();
        if (formerNameLogged.compareAndSet(false, true)) {
            logger.warn(
                    "{} is not deleted, nor is any other dir whose name is not one that Spark gives (expected:"
                            + " blockmgr-UUID). If it belongs to Spark, delete it manually.",
                    dir.path());
        } else {
            logger.debug("{} is not deleted, because of its name", dir.path());
        }
    }

    /**
     * A service on another port may have registered it as well, either before it could see this registry or for the
     * same application. Since the intent is stored, no service registers it from now on.
     */
    private boolean isOwnedByPeer(DirRemoval removal) throws OwnerUnknownException {
        Path path = removal.dir.path();
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path root = removal.dir.root();
        String missing = guards.peers().missingElsewhere(root);
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
            owner = guards.peers().peers().owner(path);
        } catch (StoreException e) {
            throw new OwnerUnknownException(String.valueOf(e.getMessage()), e);
        }
        if (owner == null) {
            return false;
        }
        logger.warn(
                "The {} is retained: {}. It is left to that service.",
                removal.describe(),
                Sanitizer.printable(owner.described()));
        metrics.rejected().inc();
        return true;
    }

    private void delete(DirRemoval removal, RemovalTurn turn) throws IOException {
        LocalDir dir = removal.dir;
        try {
            LocalDirDeletion.delete(dir, turn, bytes -> {
                turn.deleted();
                fileDeleted(bytes);
            });
            // That nothing is there means something only under a root that was mounted all the time.
            RootIdentity.check(dir.root(), removal.rootInode);
        } catch (RootUnavailableException e) {
            throw e;
        } catch (IOException e) {
            if (turn.isOver() && !(e instanceof NotADirectoryException)) {
                // Reported when all of it was tried.
                logger.debug("Some of {} cannot be deleted yet", dir.path(), e);
                removal.hindered();
                return;
            }
            measure(removal, turn);
            throw e;
        }
        if (!closed.getAsBoolean() && !turn.isOver()) {
            removal.measured(0, metrics.pendingBytes());
        }
    }

    private void fileDeleted(long bytes) {
        metrics.deletedFiles().inc();
        metrics.deletedBytes().inc(bytes);
    }

    /** Only a dir that cannot be deleted yet is measured: to stat each file costs a fifth of what deleting it does. */
    private void measure(DirRemoval removal, RemovalTurn turn) {
        try {
            long size = LocalDirDeletion.size(removal.dir, turn.forMeasuring());
            if (!closed.getAsBoolean()) {
                removal.measured(size, metrics.pendingBytes());
            }
        } catch (IOException e) {
            // The last known size stays.
            logger.debug("Cannot measure {}", removal.dir.path(), e);
        }
    }
}
