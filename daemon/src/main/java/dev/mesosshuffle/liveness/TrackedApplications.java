package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All applications, each changed in atomic steps, and what follows from every such step: it is told of, counted, and, if
 * it ends or lengthens a quiet time that the store knows, persisted.
 *
 * <p>An orphan that was quiet must not be given its whole timeout again by each start, or it would never go where the
 * daemon is restarted often. So its quiet time is stored, as a duration: no wall clock takes part in that, whatever it
 * is set to. Only what a process has listened to is counted, and time in which none ran is not.
 *
 * <ul>
 *   <li>A quiet time is stored when it has become longer by one step, and when the daemon stops. So a daemon that is
 *       killed loses one step at most, and an application that is over goes after the orphan timeout plus one step for
 *       each kill.
 *   <li>The first sign of life after that takes it back in the store, in the atomic step in which it counts, before
 *       anything is answered; it is committed a moment later. If that fails, it is tried again at each check.
 *   <li>Of what was stored, all but one timeout counts at the next start, so that clients that lost their connection
 *       come back before anything is judged.
 * </ul>
 *
 * <p><b>Concurrency:</b> for any thread. In a step there is memory work only.
 */
final class TrackedApplications {
    /** What is a lot for one who listens, and little for one who waits for a day. */
    private static final Duration LONGEST_STEP = Duration.ofMinutes(30);

    private static final Duration SHORTEST_STEP = Duration.ofMinutes(1);
    private static final int STEPS = 48;

    private final ConcurrentHashMap<String, AppLiveness> apps = new ConcurrentHashMap<>();
    private final PauseAwareClock clock;
    private final TransitionReporter transitions;
    private final LivenessStore quietTimes;
    private final ExpiryPolicy rules;
    private final long stepNanos;

    TrackedApplications(
            PauseAwareClock clock, TransitionReporter transitions, LivenessStore quietTimes, ExpiryPolicy rules) {
        this.clock = clock;
        this.transitions = transitions;
        this.quietTimes = quietTimes;
        this.rules = rules;
        long step = rules.orphanTimeoutNanos() / STEPS;
        this.stepNanos = Math.max(SHORTEST_STEP.toNanos(), Math.min(LONGEST_STEP.toNanos(), step));
    }

    Collection<AppLiveness> all() {
        return apps.values();
    }

    Map<String, AppLiveness> byId() {
        return Collections.unmodifiableMap(apps);
    }

    Collection<String> ids() {
        return apps.keySet();
    }

    void restored(String appId, Duration quiet, boolean kept, @Nullable String driverAddress) {
        long most = rules.orphanTimeoutNanos() - LivenessSignals.DEFAULT_TIMEOUT_NANOS;
        long stored = ExpiryPolicy.bounded(quiet).toNanos();
        long counted = Math.max(0, Math.min(stored, most));
        apps.computeIfAbsent(appId, id -> {
            long now = clock.now();
            AppLiveness app = AppLiveness.withoutDriver(now, driverAddress, counted, stored);
            return kept ? app.kept(now) : app;
        });
    }

    /** Takes in those of some applications that are not known yet, as some without a driver. */
    void adopt(Collection<String> appIds) {
        appIds.forEach(appId -> restored(appId, Duration.ZERO, false, null));
    }

    /** What one step came to. */
    private static final class Step {
        @Nullable
        AppLiveness before;

        @Nullable
        AppLiveness after;

        @Nullable
        CompletableFuture<Void> stored;
    }

    /**
     * Changes an application that is known.
     *
     * @param change gives the next one, itself, or null to forget it
     * @return whether it was known
     */
    boolean change(String appId, Change change) {
        return change(appId, clock.now(), change);
    }

    boolean change(String appId, long now, Change change) {
        Step step = new Step();
        apps.computeIfPresent(appId, (id, app) -> {
            step.before = app;
            step.after = withQuietTaken(id, change.of(app.at(now)), step, now);
            return step.after;
        });
        followUp(appId, step, now);
        return step.before != null;
    }

    /** What makes one application of another. */
    interface Change {
        @Nullable
        AppLiveness of(AppLiveness app);
    }

    /** A driver registers. */
    void put(String appId, UnaryOperator<@Nullable AppLiveness> change) {
        long now = clock.now();
        Step step = new Step();
        apps.compute(appId, (id, app) -> {
            // One that is going has another life behind it, and this is none of its.
            step.before = app == null || app.state() == AppState.GOING ? null : app;
            step.after = withQuietTaken(id, change.apply(app), step, now);
            return step.after;
        });
        followUp(appId, step, now);
    }

    private @Nullable AppLiveness withQuietTaken(String appId, @Nullable AppLiveness app, Step step, long now) {
        if (app == null || app.stored() == 0 || app.evidence().quietNanos(now) >= app.stored()) {
            return app;
        }
        return store(appId, app, step, 0);
    }

    private AppLiveness store(String appId, AppLiveness app, Step step, long quietNanos) {
        step.stored = quietTimes.put(appId, Duration.ofNanos(quietNanos));
        return app.stored(quietNanos);
    }

    private void followUp(String appId, Step step, long now) {
        if (step.before != null && step.after != null) {
            AppLiveness current = step.before.at(now);
            transitions.note(appId, step.before, current, now);
            transitions.note(appId, current, step.after, now);
        }
        if (step.stored != null) {
            var unused = step.stored.exceptionally(e -> {
                apps.computeIfPresent(appId, (id, app) -> app.stored(AppLiveness.UNSURE));
                return null;
            });
        }
    }

    /** Stores an application's quiet time if it has become longer by one step, or if the store may be wrong. */
    void storeQuiet(String appId, long now) {
        storeQuiet(appId, now, stepNanos);
    }

    private void storeQuiet(String appId, long now, long smallestStep) {
        Step step = new Step();
        apps.computeIfPresent(appId, (id, app) -> {
            long quiet = app.evidence().quietNanos(now);
            boolean wrong = app.stored() == AppLiveness.UNSURE || app.stored() > quiet;
            boolean worthIt = quiet - app.stored() >= smallestStep;
            boolean going = app.state() == AppState.GOING;
            return !going && (wrong || worthIt) ? store(id, app, step, quiet) : app;
        });
        followUp(appId, step, now);
    }

    /**
     * Stores all that the next process should know.
     *
     * @param now when this one last listened for sure
     */
    void storeAllQuiet(long now) {
        apps.keySet().forEach(appId -> storeQuiet(appId, now, SHORTEST_STEP.toNanos()));
    }
}
