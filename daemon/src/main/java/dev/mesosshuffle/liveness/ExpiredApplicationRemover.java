package dev.mesosshuffle.liveness;

import dev.mesosshuffle.cleanup.Reclaimer;
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

    /**
     * A decision, made in an atomic step.
     *
     * @param before the application as it was judged
     * @param removing the application since
     * @param removed what it had registered
     * @param byOperator whether an operator made it; then it is not retried without one
     */
    record Decision(AppLiveness before, AppLiveness removing, RemovedApplication removed, boolean byOperator) {}

    /** Returns how many directories are deleted then; fails if that could not be persisted, and the application stays. */
    CompletableFuture<Integer> persist(Decision decision, long now) {
        CompletableFuture<Void> persisted;
        try {
            persisted = tracking.registry().persistRemoval(decision.removed(), cleanupLocalDirs);
        } catch (RuntimeException e) {
            persisted = CompletableFuture.failedFuture(e);
        }
        return persisted
                .whenComplete((done, failure) -> {
                    try {
                        ended(decision, now, failure);
                    } catch (RuntimeException e) {
                        failureLogger.errorOnce(
                                logger, "Application " + decision.removed().appId() + " could not be removed", e);
                    }
                })
                .thenApply(
                        done -> cleanupLocalDirs ? decision.removed().removals().size() : 0);
    }

    private void ended(Decision decision, long now, @Nullable Throwable failure) {
        if (failure == null) {
            completed(decision, now);
        } else {
            rolledBack(decision, now, failure);
        }
    }

    private void completed(Decision decision, long now) {
        RemovedApplication removed = decision.removed();
        metrics.expiries.inc();
        unknownHeartbeats.applicationRemoved(removed.appId());
        int[] heartbeats = new int[1];
        // One whose driver registered again meanwhile is a new application of that id.
        tracking.apps().change(removed.appId(), now, app -> {
            boolean same = isSameRemoval(app, decision);
            heartbeats[0] = same ? app.removal().heartbeats() : 0;
            return same ? null : app;
        });
        for (int i = 0; i < heartbeats[0]; i++) {
            unknownHeartbeats.heartbeatReceived(removed.appId());
        }
        removedDirsListener.accept(removed.dirs());
        if (cleanupLocalDirs) {
            reclaimer.reclaim(removed.removals());
        }
    }

    private void rolledBack(Decision decision, long now, Throwable failure) {
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

    private static boolean isSameRemoval(AppLiveness app, Decision decision) {
        return app.state() == AppState.REMOVING
                && app.since() == decision.removing().since();
    }
}
