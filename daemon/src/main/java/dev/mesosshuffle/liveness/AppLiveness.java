package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.model.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * One application's state, and everything that it depends on. Immutable, so that every reader sees a consistent one. Each
 * event and each judgement makes a new one; {@link AppState} shows the transitions.
 *
 * @param signals its liveness signals
 * @param framework what the Mesos master reported
 * @param phase its state
 * @param scan the scan of its directories
 * @param removal what is remembered of the attempts to remove it
 * @param storedIdleNanos how long it was idle according to the store; {@link #UNSURE} if a write failed
 */
record AppLiveness(
        LivenessSignals signals,
        FrameworkStatus framework,
        Phase phase,
        ActivityScan scan,
        RemovalAttempt removal,
        long storedIdleNanos) {
    static final long UNSURE = -1;

    /**
     * A state.
     *
     * @param since when it was entered
     * @param deferral why the expiry is postponed; null unless the state is {@link AppState#DEFERRED}
     * @param postponedSince since when the expiry is due, whatever the reasons to postpone it were; if it is not, as since
     */
    record Phase(AppState state, long since, @Nullable Deferral deferral, long postponedSince) {
        static Phase begun(AppState state, long now) {
            return new Phase(state, now, null, now);
        }

        boolean isPostponed() {
            return state == AppState.DEFERRED || state == AppState.WAITING_FOR_MASTER;
        }

        /** Returns the next one; an expiry that stays postponed for another reason has been so since the first. */
        Phase followedBy(AppState next, @Nullable Deferral reason, long now) {
            Phase fresh = new Phase(next, now, reason, now);
            return isPostponed() && fresh.isPostponed() ? new Phase(next, now, reason, postponedSince) : fresh;
        }
    }

    /**
     * What is remembered of the attempts to remove an application.
     *
     * @param expiryLogged whether its expiry was logged already, and then could not be persisted
     * @param heartbeats how many heartbeats arrived while it was {@link AppState#REMOVING}
     */
    record RemovalAttempt(boolean expiryLogged, int heartbeats) {
        static final RemovalAttempt NONE = new RemovalAttempt(false, 0);
    }

    /**
     * Returns an application none of whose drivers is known to this run of the process.
     *
     * @param drivers those that it had before
     * @param idleNanos how long it was idle before
     * @param storedNanos the same, according to the store
     */
    static AppLiveness driverless(long now, FormerDrivers drivers, long idleNanos, long storedNanos) {
        return new AppLiveness(
                LivenessSignals.of(DriverStates.before(drivers), now - idleNanos),
                FrameworkStatus.UNPOLLED,
                Phase.begun(AppState.DRIVERLESS, now),
                ActivityScan.NONE,
                RemovalAttempt.NONE,
                storedNanos);
    }

    /**
     * Returns an application one of whose drivers has just registered, for the first time or again.
     *
     * @param before what was known of it; null if nothing was
     */
    static AppLiveness withDriver(DriverState driver, @Nullable AppLiveness before) {
        // One that is being removed is a former application of that id, whose signals do not count for the new one.
        LivenessSignals signals = before == null || before.state() == AppState.REMOVING
                ? LivenessSignals.of(DriverStates.NONE, driver.lastHeartbeat())
                : before.signals;
        AppLiveness fresh = new AppLiveness(
                signals.registered(driver),
                before == null ? FrameworkStatus.UNPOLLED : before.framework,
                Phase.begun(AppState.DRIVERLESS, driver.lastHeartbeat()),
                ActivityScan.NONE,
                RemovalAttempt.NONE,
                before == null ? 0 : before.storedIdleNanos);
        return before != null && before.state() == AppState.KEPT
                ? fresh.kept(before.since())
                : fresh.whileAlive(driver.lastHeartbeat());
    }

    AppState state() {
        return phase.state();
    }

    /** Returns when it entered its state. */
    long since() {
        return phase.since();
    }

    /** Returns how long its expiry has been due and postponed, for whatever reasons; 0 if it is not. */
    long postponedNanos(long now) {
        return phase.isPostponed() ? now - phase.postponedSince() : 0;
    }

    @Nullable
    Deferral deferral() {
        return phase.deferral();
    }

    // Events.

    /** A heartbeat arrived over a connection. */
    AppLiveness withHeartbeat(long now, Object connection) {
        AppLiveness next = with(signals.withHeartbeat(now, connection));
        return state() == AppState.REMOVING
                ? next.with(new RemovalAttempt(next.removal.expiryLogged(), removal.heartbeats() + 1))
                : next.whileAlive(now);
    }

    AppLiveness withActivity(long now) {
        AppLiveness next = with(signals.withActivity(now));
        boolean due = state() == AppState.DEFERRED || state() == AppState.WAITING_FOR_MASTER;
        // Use of its files revives a driverless application; if its driver is missed, it only postpones the expiry.
        if (due && signals.areDriversMissed()) {
            return next.deferredBy(Deferral.ACTIVITY, now);
        }
        return state() == AppState.REMOVING ? next : next.whileAlive(now);
    }

    AppLiveness disconnected(Object connection, CloseReason reason, long now) {
        AppLiveness next = with(signals.disconnected(connection, reason), scan);
        boolean becameUnreachable = signals.isDriverReachable() && !next.signals.isDriverReachable();
        return becameUnreachable && state() != AppState.REMOVING ? next.whileAlive(now) : next;
    }

    AppLiveness withMasterResponse(FrameworkSnapshot response, String appId, long now, ExpiryPolicy policy) {
        return with(framework.update(response, appId, now, policy));
    }

    AppLiveness masterPollFailed(long now) {
        return with(framework.pollFailed(now));
    }

    /** Returns whether the wait for the master has timed out, and no poll has ended since. */
    boolean awaitsLastPoll(long now, ExpiryPolicy policy) {
        return state() == AppState.WAITING_FOR_MASTER
                && now - since() >= policy.masterTimeoutNanos()
                && !framework.wasPolledSince(since() + policy.masterTimeoutNanos());
    }

    private AppLiveness withFileActivity(LastChange change, long now) {
        ScanFailure failure = change.failure();
        return with(signals.withFileActivity(change, now), failure == null ? ActivityScan.NONE : scan.failed(failure));
    }

    /** A scan of its directories starts. */
    AppLiveness scanStarted(long now) {
        return with(signals, scan.started(now));
    }

    /** A scan of its directories has ended without a consequence. */
    AppLiveness scanEnded() {
        return with(signals, scan.ended());
    }

    /**
     * Drops expired drivers, see {@link DriverStates#withoutExpired}. Must not be called for a judgement that refers to
     * an earlier time.
     */
    AppLiveness withoutExpiredDrivers(long now) {
        LivenessSignals next = signals.withoutExpiredDrivers(now);
        return next.equals(signals) ? this : with(next, scan);
    }

    AppLiveness withStoredIdleTime(long idleNanos) {
        return new AppLiveness(signals, framework, phase, scan, removal, idleNanos);
    }

    // Operators.

    AppLiveness kept(long now) {
        return in(AppState.KEPT, null, now);
    }

    /** Restarts all timeouts, as if a heartbeat and activity came now, and has the master polled again. */
    AppLiveness released(long now) {
        return with(signals.withHeartbeat(now).withActivity(now))
                .with(framework.reset())
                .whileAliveIgnoringKeep(now);
    }

    // Judgement.

    /** The result of a judgement, beside the state. */
    record Judgement(AppLiveness app, boolean isExpired) {}

    /** Judges by rules 1 to 4 and 2b, except that its directories must be scanned yet before it expires. */
    Judgement judge(long now, ExpiryPolicy policy) {
        if (state() == AppState.REMOVING || state() == AppState.KEPT) {
            return new Judgement(this, false);
        }
        AppLiveness current = at(now);
        boolean due = signals.isExpiryDue(now, policy.orphanTimeoutNanos());
        boolean proven = framework.provesCompletion(now, policy);
        boolean completed =
                proven && !signals.isDriverReachable() && !signals.drivers().isAnyAlive(now);
        if (!due && !completed) {
            return new Judgement(current.whileAlive(now), false);
        }
        if (signals.isActive(now)) {
            boolean files = state() == AppState.DEFERRED && deferral() == Deferral.FILES;
            return new Judgement(current.deferredBy(files ? Deferral.FILES : Deferral.ACTIVITY, now), false);
        }
        if (!policy.pollsMaster() || proven) {
            return new Judgement(current, true);
        }
        if (framework.isAlive()) {
            return new Judgement(current.deferredBy(Deferral.MASTER, now), false);
        }
        AppLiveness waiting = current.in(AppState.WAITING_FOR_MASTER, null, now);
        // The master may be back since the last poll, so the wait ends with one more.
        boolean timedOut = now - waiting.since() >= policy.masterTimeoutNanos();
        return new Judgement(waiting, timedOut && !waiting.awaitsLastPoll(now, policy));
    }

    /** Returns its state while a scan runs: a disk that does not respond proves nothing. */
    AppLiveness whileScanning(long now) {
        return scan.hangs(now) ? with(signals, scan.hanging()).deferredBy(Deferral.UNKNOWN, now) : this;
    }

    /**
     * Judges after a scan of its directories, the last step before it expires. Changes that it found count, even if it is
     * incomplete. If it is incomplete, the application stays, whatever else is known.
     */
    Judgement judgeAfterScan(LastChange change, long now, ExpiryPolicy policy) {
        Judgement before = judge(now, policy);
        if (!before.isExpired()) {
            return new Judgement(before.app().scanEnded(), false);
        }
        AppLiveness scanned = before.app().withFileActivity(change, now);
        if (scanned.signals.isActive(now)) {
            return new Judgement(scanned.deferredBy(Deferral.FILES, now), false);
        }
        if (change.failure() != null) {
            return new Judgement(scanned.deferredBy(Deferral.UNKNOWN, now), false);
        }
        return scanned.judge(now, policy);
    }

    /** Returns its state at a time: a driver becomes unresponsive without any event. */
    AppLiveness at(long now) {
        return state() == AppState.DRIVER_ALIVE ? whileAlive(now) : this;
    }

    AppLiveness removing(long now) {
        return removing(now, removal.expiryLogged());
    }

    /** An operator removed it, which is logged elsewhere. */
    AppLiveness removedByOperator(long now) {
        return removing(now, true);
    }

    private AppLiveness removing(long now, boolean expiryLogged) {
        return new AppLiveness(
                signals,
                framework,
                Phase.begun(AppState.REMOVING, now),
                ActivityScan.NONE,
                new RemovalAttempt(expiryLogged, 0),
                storedIdleNanos);
    }

    /**
     * Returns to the state before a removal that could not be persisted; alive if a signal came meanwhile.
     *
     * @param expiryLogged whether its expiry was logged, so that it is not logged again
     */
    AppLiveness restored(AppLiveness before, boolean expiryLogged, long now) {
        boolean signalled = removal.heartbeats() > 0 || signals.lastSignal() != before.signals.lastSignal();
        AppLiveness restored = new AppLiveness(
                signals,
                framework,
                before.phase,
                ActivityScan.NONE,
                new RemovalAttempt(expiryLogged && !signalled, 0),
                storedIdleNanos);
        return signalled ? restored.whileAlive(now) : restored;
    }

    /** Returns the state while no expiry is due. */
    private AppLiveness whileAlive(long now) {
        return state() == AppState.KEPT ? this : whileAliveIgnoringKeep(now);
    }

    private AppLiveness whileAliveIgnoringKeep(long now) {
        if (!signals.isDriverReachable()) {
            return in(AppState.DRIVERLESS, null, now);
        }
        boolean unresponsive = signals.drivers().areUnresponsive(now);
        return in(unresponsive ? AppState.DRIVER_UNRESPONSIVE : AppState.DRIVER_ALIVE, null, now);
    }

    private AppLiveness deferredBy(Deferral reason, long now) {
        return in(AppState.DEFERRED, reason, now);
    }

    private AppLiveness in(AppState next, @Nullable Deferral reason, long now) {
        return next == state() && reason == deferral()
                ? this
                : new AppLiveness(
                        signals, framework, phase.followedBy(next, reason, now), scan, removal, storedIdleNanos);
    }

    /** A signal came, so a later expiry is logged again. */
    private AppLiveness with(LivenessSignals next) {
        RemovalAttempt unlogged = new RemovalAttempt(false, removal.heartbeats());
        return new AppLiveness(next, framework, phase, scan, unlogged, storedIdleNanos);
    }

    private AppLiveness with(LivenessSignals next, ActivityScan nextScan) {
        return new AppLiveness(next, framework, phase, nextScan, removal, storedIdleNanos);
    }

    private AppLiveness with(FrameworkStatus next) {
        return new AppLiveness(signals, next, phase, scan, removal, storedIdleNanos);
    }

    private AppLiveness with(RemovalAttempt next) {
        return new AppLiveness(signals, framework, phase, scan, next, storedIdleNanos);
    }
}
