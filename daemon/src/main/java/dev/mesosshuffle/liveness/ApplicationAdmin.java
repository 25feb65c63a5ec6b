package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.jfr.FlightRecording;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.registry.Registry;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators' commands. They override all rules, and take effect in the same atomic steps as everything else: a keep
 * that comes before the decision to remove an application holds, and one that comes after it is rejected.
 *
 * <p><b>Concurrency:</b> for any thread; never blocks. Futures complete on the store's thread.
 */
public final class ApplicationAdmin {
    private static final Logger logger = LoggerFactory.getLogger(ApplicationAdmin.class);

    /** How many similar ids are suggested for a mistyped one. */
    private static final int MAX_SUGGESTIONS = 3;

    private final TrackedApplications apps;
    private final Registry registry;
    private final PauseAwareClock clock;
    private final ExpiryPolicy policy;
    private final LivenessStore store;
    private final ExpiredApplicationRemover remover;
    private final Counter removals;
    private final EventRecorder events;

    ApplicationAdmin(
            TrackingContext tracking,
            LivenessStore store,
            ExpiredApplicationRemover remover,
            Counter removals,
            EventRecorder events) {
        this.apps = tracking.apps();
        this.registry = tracking.registry();
        this.clock = tracking.clock();
        this.policy = tracking.policy();
        this.store = store;
        this.remover = remover;
        this.removals = removals;
        this.events = events;
    }

    /** Returns the status of each application, ordered by id. */
    public List<ApplicationStatus> applications() {
        return ids().stream().map(this::status).filter(Objects::nonNull).toList();
    }

    /** Returns the ids of all applications, in order. */
    public List<String> ids() {
        // One that registered since the last check, without a driver, is known to the registry only.
        apps.adopt(registry.applications());
        return apps.ids().stream().sorted().toList();
    }

    /**
     * Returns the first ids after one, in order: a page of all. Looks at each id once, without any lock, and keeps as many as
     * it returns.
     *
     * @param after only ids after this one; null for the first page
     * @param limit the most of them, at least 1
     */
    public List<String> ids(@Nullable String after, int limit) {
        apps.adopt(registry.applications());
        PriorityQueue<String> first = new PriorityQueue<>(Comparator.reverseOrder());
        for (String id : apps.ids()) {
            if (after != null && id.compareTo(after) <= 0) {
                continue;
            }
            if (first.size() < limit) {
                first.add(id);
            } else if (id.compareTo(first.element()) < 0) {
                first.remove();
                first.add(id);
            }
        }
        return first.stream().sorted().toList();
    }

    /**
     * Returns the status of an application.
     *
     * @return its status now; null if it is not known any more
     */
    public @Nullable ApplicationStatus status(String appId) {
        if (registry.isPersisted(appId)) {
            // It may have registered since the last check, without a driver.
            apps.adopt(List.of(appId));
        }
        AppLiveness app = apps.byId().get(appId);
        if (app == null) {
            return null;
        }
        long now = clock.now();
        AppLiveness current = app.at(now);
        DriverStates drivers = current.signals().drivers();
        return new ApplicationStatus(
                appId,
                current.state().label(),
                StatusText.reason(current, now),
                StatusText.nextStep(current, policy, now),
                Duration.ofNanos(current.signals().idleNanos(now)),
                drivers.known().isEmpty() ? null : Duration.ofNanos(drivers.sinceLastHeartbeat(now)),
                StatusText.nextStepIn(current, policy, now));
    }

    /** Returns the applications that operators keep. */
    public Set<String> kept() {
        Set<String> kept = new HashSet<>();
        apps.byId().forEach((appId, app) -> {
            if (app.state() == AppState.KEPT) {
                kept.add(appId);
            }
        });
        return kept;
    }

    /**
     * Exempts an application from expiry until it is released.
     *
     * @param appId the application
     * @return completes when that is persisted; if that fails, the change holds as long as this process runs
     * @throws OperationRefusedException if it is unknown, or being removed
     */
    public CompletableFuture<Void> keep(String appId) throws OperationRefusedException {
        return step(appId, (app, now, step) -> {
                    step.persisted = store.saveKept(appId, true);
                    return app.kept(now);
                })
                .persisted;
    }

    /**
     * Ends a keep, and restarts the timeouts of the application.
     *
     * @param appId the application
     * @return completes when that is persisted; if that fails, the change holds as long as this process runs
     * @throws OperationRefusedException if it is unknown, being removed, or not kept
     */
    public CompletableFuture<Void> release(String appId) throws OperationRefusedException {
        return step(appId, (app, now, step) -> {
                    if (app.state() != AppState.KEPT) {
                        step.refusal = "application " + appId + " is not kept";
                        return app;
                    }
                    step.persisted = store.saveKept(appId, false);
                    return app.released(now);
                })
                .persisted;
    }

    /**
     * Expires an application now.
     *
     * @param appId the application
     * @return completes when that is persisted, with the number of directories that are deleted; if that fails, the
     *     application stays
     * @throws OperationRefusedException if it is unknown, being removed, or kept
     */
    public CompletableFuture<Integer> remove(String appId) throws OperationRefusedException {
        Step step = step(appId, (app, now, its) -> {
            if (app.state() == AppState.KEPT) {
                its.refusal = "application " + appId
                        + " is kept by an operator (expected: to be released before it is removed)";
                return app;
            }
            RemovalDecision decided = new RemovalDecision(app, app.removedByOperator(now), true, now);
            its.decision = decided;
            decided.removeFrom(registry, appId);
            return decided.removing();
        });
        RemovalDecision decision = step.decision;
        if (decision == null) {
            throw new IllegalStateException(appId + " was neither removed nor rejected");
        }
        logRemoval(appId, decision);
        return remover.persist(decision).whenComplete((dirs, failure) -> {
            if (failure == null) {
                removals.inc();
            }
        });
    }

    /** It is persisted, whether or not there is memory to log that. */
    private void logRemoval(String appId, RemovalDecision decision) {
        try {
            String state = decision.before().state().label();
            logger.info("Application {} expired: an operator removed it; it was {}.", appId, state);
            events.record(EventKind.OPERATOR, appId, "removed; it was " + state);
            FlightRecording.expired(appId, "an operator removed it");
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    private interface Change {
        AppLiveness of(AppLiveness app, long now, Step step);
    }

    /** The result of one atomic step. */
    private static final class Step {
        final long now;

        @Nullable
        String refusal;

        CompletableFuture<Void> persisted = CompletableFuture.completedFuture(null);

        @Nullable
        RemovalDecision decision;

        Step(long now) {
            this.now = now;
        }
    }

    private boolean change(String appId, Step step, TrackedApplications.Change change) {
        try {
            return apps.change(appId, step.now, change);
        } catch (RuntimeException | Error e) {
            remover.takeBack(step.decision, e);
            throw e;
        }
    }

    private Step step(String appId, Change change) throws OperationRefusedException {
        apps.adopt(registry.applications());
        Step step = new Step(clock.now());
        boolean known = change(appId, step, app -> {
            if (app.state() == AppState.REMOVING) {
                step.refusal = "application " + appId + " expired and is being removed";
                return app;
            }
            if (!registry.isPersisted(appId)) {
                step.refusal = "application " + appId + " is being registered; try again";
                return app;
            }
            return change.of(app, step.now, step);
        });
        if (!known) {
            throw new OperationRefusedException(unknown(appId));
        }
        if (step.refusal != null) {
            throw new OperationRefusedException(step.refusal);
        }
        return step;
    }

    private String unknown(String appId) {
        List<String> similar = apps.ids().stream()
                .filter(id -> id.contains(appId) || appId.contains(id))
                .sorted()
                .limit(MAX_SUGGESTIONS)
                .toList();
        String expected = similar.isEmpty() ? "one of those that \"apps\" lists" : String.join(" or ", similar);
        return "application " + Sanitizer.printable(appId) + " is not registered here (expected: " + expected + ")";
    }
}
