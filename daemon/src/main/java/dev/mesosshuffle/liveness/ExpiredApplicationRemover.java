package dev.mesosshuffle.liveness;

import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.RemovedApplication;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows from the decision that an application is over: that is persisted, and its dirs are handed on to be
 * deleted. If it cannot be persisted, the application stands where it stood; and if it gave a sign of life in between,
 * it is alive.
 */
final class ExpiredApplicationRemover {
    private static final Logger logger = LoggerFactory.getLogger(ExpiredApplicationRemover.class);

    private final TrackedApplications apps;
    private final Registry registry;
    private final Reclaimer reclaimer;
    private final boolean cleanupLocalDirs;
    private final Consumer<List<LocalDir>> dirsForgotten;
    private final LivenessMetrics metrics;
    private final UnknownHeartbeatLogger unknownHeartbeats;
    private final Failures failures;

    ExpiredApplicationRemover(
            TrackedApplications apps,
            Registry registry,
            Reclaimer reclaimer,
            boolean cleanupLocalDirs,
            Consumer<List<LocalDir>> dirsForgotten,
            LivenessMetrics metrics,
            UnknownHeartbeatLogger unknownHeartbeats,
            Failures failures) {
        this.apps = apps;
        this.registry = registry;
        this.reclaimer = reclaimer;
        this.cleanupLocalDirs = cleanupLocalDirs;
        this.dirsForgotten = dirsForgotten;
        this.metrics = metrics;
        this.unknownHeartbeats = unknownHeartbeats;
        this.failures = failures;
    }

    /**
     * A decision, made in an atomic step.
     *
     * @param before as it was judged
     * @param going as it is since
     * @param removed what it had
     * @param byHand whether an operator made it; then it is not tried again without one
     */
    record Decision(AppLiveness before, AppLiveness going, RemovedApplication removed, boolean byHand) {}

    /** Returns how many dirs are being deleted then; fails if the application stays since that could not be persisted. */
    CompletableFuture<Integer> persist(Decision decision, long now) {
        CompletableFuture<Void> persisted;
        try {
            persisted = registry.persistRemoval(decision.removed(), cleanupLocalDirs);
        } catch (RuntimeException e) {
            persisted = CompletableFuture.failedFuture(e);
        }
        return persisted
                .whenComplete((done, failure) -> {
                    try {
                        ended(decision, now, failure);
                    } catch (RuntimeException e) {
                        failures.tell("Application " + decision.removed().appId() + " could not be removed", e);
                    }
                })
                .thenApply(
                        done -> cleanupLocalDirs ? decision.removed().removals().size() : 0);
    }

    private void ended(Decision decision, long now, @Nullable Throwable failure) {
        if (failure == null) {
            gone(decision, now);
        } else {
            stays(decision, now, failure);
        }
    }

    private void gone(Decision decision, long now) {
        RemovedApplication removed = decision.removed();
        metrics.expiries().inc();
        unknownHeartbeats.removed(removed.appId());
        int[] late = new int[1];
        // A driver that registered anew meanwhile is another life.
        apps.change(removed.appId(), now, app -> {
            late[0] = isThat(app, decision) ? app.late() : 0;
            return isThat(app, decision) ? null : app;
        });
        for (int i = 0; i < late[0]; i++) {
            unknownHeartbeats.came(removed.appId());
        }
        dirsForgotten.accept(removed.dirs());
        if (cleanupLocalDirs) {
            reclaimer.reclaim(removed.removals());
        }
    }

    private void stays(Decision decision, long now, Throwable failure) {
        String appId = decision.removed().appId();
        if (!decision.byHand() && !decision.before().announced()) {
            logger.warn(
                    "Application {} is over but stays, since that could not be persisted: {}. It is tried again at each"
                            + " check.",
                    appId,
                    failure.getMessage());
        }
        registry.restore(decision.removed());
        boolean told = !decision.byHand() || decision.before().announced();
        apps.change(appId, now, app -> isThat(app, decision) ? app.back(decision.before(), told, now) : app);
    }

    private static boolean isThat(AppLiveness app, Decision decision) {
        return app.state() == AppState.GOING && app.since() == decision.going().since();
    }
}
