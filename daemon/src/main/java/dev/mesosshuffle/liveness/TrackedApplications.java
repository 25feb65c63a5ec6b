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
 * All applications, each changed in atomic steps, and what follows from every step: it is logged, counted, and, if it ends
 * or extends a stored idle time, persisted.
 *
 * <p>A driverless application that was idle must not get its whole timeout again at each start, or it would never expire
 * where the daemon is restarted often. So its idle time is stored, as a duration: it does not depend on the wall clock.
 * Only time in which a process listened counts.
 *
 * <ul>
 *   <li>An idle time is stored when it has grown by one step, and when the daemon stops. So a daemon that is killed loses
 *       one step at most, and a finished application expires after the orphan timeout plus one step for each kill.
 *   <li>The first liveness signal after that resets the stored time, in the atomic step in which it counts, before
 *       anything is answered; it is committed a moment later. If that fails, it is retried at each check.
 *   <li>Of the stored time, all but one timeout counts at the next start, so that clients that lost their connection
 *       come back before anything is judged.
 * </ul>
 *
 * <p>None of this applies to the wait for drivers that register again after a loss (rule 2b of {@link LivenessMonitor}).
 * That begins at each start, since they could not register before; it is short enough to end between two of them.
 *
 * <p><b>Concurrency:</b> for any thread. A step only works in memory.
 */
final class TrackedApplications {
    /** Upper bound of a step: small compared with a timeout of a day. */
    private static final Duration MAX_STEP = Duration.ofMinutes(30);

    private static final Duration MIN_STEP = Duration.ofMinutes(1);
    private static final int STEPS = 48;

    private final ConcurrentHashMap<String, AppLiveness> apps = new ConcurrentHashMap<>();
    private final PauseAwareClock clock;
    private final TransitionReporter transitions;
    private final LivenessStore store;
    private final ExpiryPolicy policy;
    private final long stepNanos;

    TrackedApplications(
            PauseAwareClock clock, TransitionReporter transitions, LivenessStore store, ExpiryPolicy policy) {
        this.clock = clock;
        this.transitions = transitions;
        this.store = store;
        this.policy = policy;
        long step = policy.orphanTimeoutNanos() / STEPS;
        this.stepNanos = Math.max(MIN_STEP.toNanos(), Math.min(MAX_STEP.toNanos(), step));
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

    /**
     * Tracks an application that an earlier run of the process stored.
     *
     * @param idle its stored idle time
     * @param kept whether an operator keeps it
     * @param drivers the addresses of its drivers; null if unknown
     * @param driverTimeout the longest of their timeouts, if all of them register again after a loss; otherwise null
     */
    void restored(
            String appId, Duration idle, boolean kept, @Nullable String drivers, @Nullable Duration driverTimeout) {
        long max = policy.orphanTimeoutNanos() - LivenessSignals.DEFAULT_TIMEOUT_NANOS;
        long stored = ExpiryPolicy.bounded(idle).toNanos();
        long counted = Math.max(0, Math.min(stored, max));
        apps.computeIfAbsent(appId, id -> {
            long now = clock.now();
            // However long the driver was absent before, it has all of its time again: nobody could register meanwhile.
            long timeoutNanos = driverTimeout == null ? 0 : policy.driverTimeoutNanos(driverTimeout.toMillis());
            FormerDrivers former = FormerDrivers.of(drivers, timeoutNanos, now);
            AppLiveness app = AppLiveness.driverless(now, former, counted, stored);
            return kept ? app.kept(now) : app;
        });
    }

    /** Tracks those of some applications that are not tracked yet, as driverless ones. */
    void adopt(Collection<String> appIds) {
        for (String appId : appIds) {
            if (!apps.containsKey(appId)) {
                restored(appId, Duration.ZERO, false, null, null);
            }
        }
    }

    /** The result of one step. */
    private static final class Step {
        @Nullable
        AppLiveness before;

        @Nullable
        AppLiveness after;

        @Nullable
        CompletableFuture<Void> saved;
    }

    /**
     * Changes a tracked application.
     *
     * @param change returns the next one, the same, or null to forget it
     * @return whether it is tracked
     */
    boolean change(String appId, Change change) {
        return change(appId, clock.now(), change);
    }

    boolean change(String appId, long now, Change change) {
        Step step = new Step();
        apps.computeIfPresent(appId, (id, app) -> {
            step.before = app;
            step.after = withIdleTimeReset(id, change.of(app.at(now)), step, now);
            return step.after;
        });
        followUp(appId, step, now);
        return step.before != null;
    }

    /** One step. */
    interface Change {
        @Nullable
        AppLiveness of(AppLiveness app);
    }

    /** A driver registers. */
    void put(String appId, UnaryOperator<@Nullable AppLiveness> change) {
        long now = clock.now();
        Step step = new Step();
        apps.compute(appId, (id, app) -> {
            // One that is being removed is a former application of that id.
            step.before = app == null || app.state() == AppState.REMOVING ? null : app;
            step.after = withIdleTimeReset(id, change.apply(app), step, now);
            return step.after;
        });
        followUp(appId, step, now);
    }

    private @Nullable AppLiveness withIdleTimeReset(String appId, @Nullable AppLiveness app, Step step, long now) {
        if (app == null || app.storedIdleNanos() == 0 || app.signals().idleNanos(now) >= app.storedIdleNanos()) {
            return app;
        }
        return save(appId, app, step, 0);
    }

    private AppLiveness save(String appId, AppLiveness app, Step step, long idleNanos) {
        step.saved = store.saveIdleTime(appId, Duration.ofNanos(idleNanos));
        return app.withStoredIdleTime(idleNanos);
    }

    private void followUp(String appId, Step step, long now) {
        if (step.before != null && step.after != null) {
            AppLiveness current = step.before.at(now);
            transitions.report(appId, step.before, current, now);
            transitions.report(appId, current, step.after, now);
        }
        if (step.saved != null) {
            var unused = step.saved.exceptionally(e -> {
                apps.computeIfPresent(appId, (id, app) -> app.withStoredIdleTime(AppLiveness.UNSURE));
                return null;
            });
        }
    }

    /** Stores an application's idle time if it has grown by one step, or if the stored one may be wrong. */
    void saveIdleTime(String appId, long now) {
        saveIdleTime(appId, now, stepNanos);
    }

    private void saveIdleTime(String appId, long now, long minStep) {
        Step step = new Step();
        apps.computeIfPresent(appId, (id, app) -> {
            long idle = app.signals().idleNanos(now);
            boolean wrong = app.storedIdleNanos() == AppLiveness.UNSURE || app.storedIdleNanos() > idle;
            boolean hasGrown = idle - app.storedIdleNanos() >= minStep;
            boolean removing = app.state() == AppState.REMOVING;
            return !removing && (wrong || hasGrown) ? save(id, app, step, idle) : app;
        });
        followUp(appId, step, now);
    }

    /**
     * Stores all idle times for the next process.
     *
     * @param now when this process last listened for sure
     */
    void saveAllIdleTimes(long now) {
        apps.keySet().forEach(appId -> saveIdleTime(appId, now, MIN_STEP.toNanos()));
    }
}
