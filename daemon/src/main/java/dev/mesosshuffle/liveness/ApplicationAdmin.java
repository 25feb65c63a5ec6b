package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.registry.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators may do with applications. What they say goes before all rules, and happens in the same atomic steps as
 * everything else; so a keep that comes before the decision to remove holds, and one that comes after it is refused.
 *
 * <p><b>Concurrency:</b> for any thread; never blocks. Futures complete on the store's thread.
 */
public final class ApplicationAdmin {
    private static final Logger logger = LoggerFactory.getLogger(ApplicationAdmin.class);

    /** How many applications are named to who mistyped one. */
    private static final int MOST_NAMED = 3;

    private final TrackedApplications apps;
    private final Registry registry;
    private final PauseAwareClock clock;
    private final ExpiryPolicy rules;
    private final KeepStore keeps;
    private final ExpiredApplicationRemover removals;
    private final Counter removed;

    ApplicationAdmin(
            TrackedApplications apps,
            Registry registry,
            PauseAwareClock clock,
            ExpiryPolicy rules,
            KeepStore keeps,
            ExpiredApplicationRemover removals,
            Counter removed) {
        this.apps = apps;
        this.registry = registry;
        this.clock = clock;
        this.rules = rules;
        this.keeps = keeps;
        this.removals = removals;
        this.removed = removed;
    }

    /** Returns where each application stands, in the order of their ids. */
    public List<ApplicationStatus> applications() {
        // One that registered since the last check and has no driver here is known to the registry alone.
        apps.adopt(registry.applications());
        long now = clock.now();
        List<ApplicationStatus> result = new ArrayList<>();
        apps.byId().forEach((appId, app) -> {
            AppLiveness current = app.at(now);
            result.add(new ApplicationStatus(
                    appId,
                    current.state().metric(),
                    Reason.of(current, now),
                    StatusText.of(current, rules, now),
                    Duration.ofNanos(current.evidence().quietNanos(now))));
        });
        result.sort(Comparator.comparing(ApplicationStatus::appId));
        return result;
    }

    /** Returns which applications are kept. */
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
     * Has an application stay, whatever speaks for its end, until it is released.
     *
     * @param appId the application
     * @return completes when that is persisted; if it fails, it holds all the same, as long as this process runs
     * @throws OperationRefusedException if it is not known, or just being removed
     */
    public CompletableFuture<Void> keep(String appId) throws OperationRefusedException {
        return step(appId, (app, now, step) -> {
                    step.persisted = keeps.put(appId, true);
                    return app.kept(now);
                })
                .persisted;
    }

    /**
     * Takes a keep back. The application is then judged as if it had been heard and used at this moment.
     *
     * @param appId the application
     * @return completes when that is persisted; if it fails, it holds all the same, as long as this process runs
     * @throws OperationRefusedException if it is not known, just being removed, or not kept
     */
    public CompletableFuture<Void> release(String appId) throws OperationRefusedException {
        return step(appId, (app, now, step) -> {
                    if (app.state() != AppState.KEPT) {
                        step.refusal = "application " + appId + " is not kept";
                        return app;
                    }
                    step.persisted = keeps.put(appId, false);
                    return app.released(now);
                })
                .persisted;
    }

    /**
     * Judges an application over, now.
     *
     * @param appId the application
     * @return completes when that is persisted, with how many dirs are being deleted since; if it fails, it stays
     * @throws OperationRefusedException if it is not known, just being removed, or kept
     */
    public CompletableFuture<Integer> remove(String appId) throws OperationRefusedException {
        Step step = step(appId, (app, now, its) -> {
            if (app.state() == AppState.KEPT) {
                its.refusal =
                        "application " + appId + " is kept by hand (expected: to be released before it is removed)";
                return app;
            }
            AppLiveness going = app.removedByHand(now);
            its.decision = new ExpiredApplicationRemover.Decision(app, going, registry.remove(appId), true);
            return going;
        });
        ExpiredApplicationRemover.Decision decision = step.decision;
        if (decision == null) {
            throw new IllegalStateException(appId + " was neither removed nor refused");
        }
        logger.info(
                "Application {} is over: it was removed by hand; it was {}.",
                appId,
                decision.before().state().metric());
        return removals.persist(decision, step.now).whenComplete((dirs, failure) -> {
            if (failure == null) {
                removed.inc();
            }
        });
    }

    private interface Change {
        AppLiveness of(AppLiveness app, long now, Step step);
    }

    /** What came of one atomic step. */
    private static final class Step {
        final long now;

        @Nullable
        String refusal;

        CompletableFuture<Void> persisted = CompletableFuture.completedFuture(null);

        ExpiredApplicationRemover.@Nullable Decision decision;

        Step(long now) {
            this.now = now;
        }
    }

    private Step step(String appId, Change change) throws OperationRefusedException {
        apps.adopt(registry.applications());
        Step step = new Step(clock.now());
        boolean known = apps.change(appId, step.now, app -> {
            if (app.state() == AppState.GOING) {
                step.refusal = "application " + appId + " is over and just being removed";
                return app;
            }
            if (!registry.isPersisted(appId)) {
                step.refusal = "application " + appId + " is just being registered; try again";
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
                .limit(MOST_NAMED)
                .toList();
        String expected = similar.isEmpty() ? "one of those that \"apps\" lists" : String.join(" or ", similar);
        return "application " + Sanitizer.printable(appId) + " is not registered here (expected: " + expected + ")";
    }
}
