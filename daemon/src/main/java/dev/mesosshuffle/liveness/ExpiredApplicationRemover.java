package dev.mesosshuffle.liveness;

import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.RemovedApplication;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the decision that an application expired: persists it, and hands its directories over to be deleted. If it
 * cannot be persisted, the application returns to its former state; or it is alive, if a liveness signal came meanwhile.
 * For any thread.
 */
final class ExpiredApplicationRemover {
    private static final Logger logger = LoggerFactory.getLogger(ExpiredApplicationRemover.class);

    private final TrackingContext tracking;
    private final Reclaimer reclaimer;
    private final boolean cleanupLocalDirs;
    private final Consumer<List<LocalDir>> removedDirsListener;
    private final LivenessMetrics metrics;
    private final UnknownHeartbeatLogger unknownHeartbeats;
    private final RateLimitedLogger failureLogger;

    /** The first of those whose end is to be repeated. */
    private @Nullable RemovalDecision unfinished;

    ExpiredApplicationRemover(
            TrackingContext tracking,
            Reclaimer reclaimer,
            boolean cleanupLocalDirs,
            Consumer<List<LocalDir>> removedDirsListener,
            LivenessMetrics metrics,
            UnknownHeartbeatLogger unknownHeartbeats,
            RateLimitedLogger failureLogger) {
        this.tracking = tracking;
        this.reclaimer = reclaimer;
        this.cleanupLocalDirs = cleanupLocalDirs;
        this.removedDirsListener = removedDirsListener;
        this.metrics = metrics;
        this.unknownHeartbeats = unknownHeartbeats;
        this.failureLogger = failureLogger;
    }

    /** Returns how many directories are deleted then; fails if that could not be persisted, and the application stays. */
    CompletableFuture<Integer> persist(RemovalDecision decision) {
        try {
            // All that follows is prepared before: there may be no memory for it once the removal is stored.
            if (cleanupLocalDirs) {
                decision.prepare(reclaimer);
            }
            CompletableFuture<Void> persisted = new CompletableFuture<>();
            CompletableFuture<Integer> result = persisted
                    .whenComplete((done, failure) -> ended(decision, failure))
                    .thenApply(done ->
                            cleanupLocalDirs ? decision.removed().removals().size() : 0);
            tracking.registry().persistRemoval(decision.removed(), cleanupLocalDirs, persisted);
            return result;
        } catch (RuntimeException | Error e) {
            ended(decision, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Takes a decision back whose atomic step failed: what it has changed becomes as before. */
    void takeBack(@Nullable RemovalDecision decision, Throwable reason) {
        if (decision != null && decision.hasEffect()) {
            ended(decision, reason);
        }
    }

    /** Ends the removals whose end could not be handled before, for lack of memory. */
    void endLate() {
        RemovalDecision decision = takeUnfinished();
        while (decision != null) {
            RemovalDecision next = decision.unlink();
            end(decision);
            decision = next;
        }
    }

    private synchronized @Nullable RemovalDecision takeUnfinished() {
        RemovalDecision first = unfinished;
        unfinished = null;
        return first;
    }

    private synchronized void addUnfinished(RemovalDecision decision) {
        if (decision.link(unfinished)) {
            unfinished = decision;
        }
    }

    private void ended(RemovalDecision decision, @Nullable Throwable failure) {
        decision.ended(failure);
        end(decision);
    }

    /** Ends a removal; what fails unexpectedly is repeated, since the application would be neither removed nor there. */
    private void end(RemovalDecision decision) {
        try {
            Throwable failure = decision.failure();
            if (failure == null) {
                completed(decision);
            } else {
                if (decision.prepared() != null) {
                    decision.prepared().cancel();
                }
                rolledBack(decision, failure);
            }
        } catch (RuntimeException | Error e) {
            addUnfinished(decision);
            reportUnfinished(decision, e);
        }
    }

    private void reportUnfinished(RemovalDecision decision, Throwable reason) {
        try {
            if (reason instanceof OutOfMemoryError shortage) {
                HeapShortage.survived(shortage);
            }
            failureLogger.errorOnce(
                    logger, "Application " + decision.removed().appId() + " could not be removed", reason);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    private void completed(RemovalDecision decision) {
        RemovedApplication removed = decision.removed();
        unknownHeartbeats.applicationRemoved(removed.appId());
        int[] heartbeats = new int[1];
        // One whose driver registered again meanwhile is a new application of that id.
        tracking.apps().change(removed.appId(), decision.now(), app -> {
            boolean same = isSameRemoval(app, decision);
            heartbeats[0] = same ? app.removal().heartbeats() : 0;
            return same ? null : app;
        });
        for (int i = 0; i < heartbeats[0]; i++) {
            unknownHeartbeats.heartbeatReceived(removed.appId());
        }
        removedDirsListener.accept(removed.dirs());
        if (decision.prepared() != null) {
            decision.prepared().start();
        }
        metrics.expiries.inc();
    }

    private void rolledBack(RemovalDecision decision, Throwable failure) {
        long now = decision.now();
        String appId = decision.removed().appId();
        boolean alreadyLogged = decision.before().removal().expiryLogged();
        if (!decision.byOperator() && !alreadyLogged) {
            logger.warn(
                    "Application {} expired but stays, because its removal could not be persisted: {}. It is retried at"
                            + " each check.",
                    appId,
                    failure.getMessage());
        }
        tracking.registry().restore(decision.removed());
        boolean expiryLogged = !decision.byOperator() || alreadyLogged;
        tracking.apps()
                .change(
                        appId,
                        now,
                        app -> isSameRemoval(app, decision) ? app.restored(decision.before(), expiryLogged, now) : app);
    }

    private static boolean isSameRemoval(AppLiveness app, RemovalDecision decision) {
        return app.state() == AppState.REMOVING
                && app.since() == decision.removing().since();
    }
}
