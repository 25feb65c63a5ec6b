package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.model.CloseReason;

/**
 * The liveness signals of one application. Immutable: each signal makes a new one. All times are those of one {@link
 * PauseAwareClock}, in ns, and may wrap around; only their differences count.
 *
 * @param drivers its drivers, as they registered in this run of the process
 * @param lastSignal when the last signal of any kind came, or the application became known; may be before the start of
 *     this process, if the application was already idle then
 * @param active whether its files were used or changed, or an executor registered, in this run
 * @param lastActivity when that was last so; meaningless unless {@code active}
 * @param newestFuture the newest change in its directories that ever had a time in the future, in ms since 1970; {@link
 *     LastChange#NONE} if there was none
 */
record LivenessSignals(DriverStates drivers, long lastSignal, boolean active, long lastActivity, long newestFuture) {
    /** How long the files of a driverless application must be idle: the default timeout of Spark's drivers. */
    static final long DEFAULT_TIMEOUT_NANOS = 120_000_000_000L;

    /** Returns the signals of an application none of whose drivers has registered in this run of the process. */
    static LivenessSignals of(DriverStates drivers, long lastSignal) {
        return new LivenessSignals(drivers, lastSignal, false, 0, LastChange.NONE);
    }

    /** A driver registers, which is a signal, and revokes no earlier one. */
    LivenessSignals registered(DriverState driver) {
        return new LivenessSignals(
                drivers.registered(driver), driver.lastHeartbeat(), active, lastActivity, newestFuture);
    }

    /** A heartbeat arrived over a connection. */
    LivenessSignals withHeartbeat(long now, Object connection) {
        return new LivenessSignals(drivers.withHeartbeat(now, connection), now, active, lastActivity, newestFuture);
    }

    /** As if all its drivers had sent a heartbeat. */
    LivenessSignals withHeartbeat(long now) {
        return new LivenessSignals(drivers.withHeartbeat(now), now, active, lastActivity, newestFuture);
    }

    LivenessSignals withActivity(long now) {
        return new LivenessSignals(drivers, now, true, now, newestFuture);
    }

    LivenessSignals disconnected(Object connection, CloseReason reason) {
        return with(drivers.disconnected(connection, reason));
    }

    LivenessSignals withoutExpiredDrivers(long now) {
        return with(drivers.withoutExpired(now));
    }

    private LivenessSignals with(DriverStates next) {
        return next.equals(drivers) ? this : new LivenessSignals(next, lastSignal, active, lastActivity, newestFuture);
    }

    /**
     * Takes in the result of a scan of its directories.
     *
     * @param change the newest change there
     * @param now the time of the scan
     */
    LivenessSignals withFileActivity(LastChange change, long now) {
        LivenessSignals seen = this;
        if (change.ageNanos() != LastChange.NEVER) {
            long time = now - change.ageNanos();
            boolean newer = !active || time - lastActivity > 0;
            seen = new LivenessSignals(
                    drivers,
                    time - lastSignal > 0 ? time : lastSignal,
                    true,
                    newer ? time : lastActivity,
                    newestFuture);
        }
        if (change.future() == LastChange.NONE || change.future() == newestFuture) {
            return seen;
        }
        // No clock of this host knows its age. It is only certain that it was not there at the previous scan.
        return new LivenessSignals(drivers, seen.lastSignal, true, now, change.future());
    }

    boolean isDriverReachable() {
        return drivers.areReachable();
    }

    /** Returns whether the absence of heartbeats means something, or that of registrations, if its drivers send those again. */
    boolean areDriversMissed() {
        return drivers.areReachable() || drivers.areExpectedBack();
    }

    /** Rules 1, 2 and 2b: returns whether the application expires if its files are idle. */
    boolean isExpiryDue(long now, long orphanTimeoutNanos) {
        return expiryDueIn(now, orphanTimeoutNanos) <= 0;
    }

    /** Returns in how many ns its expiry is due without a further signal; not above 0 if it is. */
    long expiryDueIn(long now, long orphanTimeoutNanos) {
        if (drivers.areReachable()) {
            return drivers.expiresIn(now);
        }
        long driverless = Math.max(lastSignal + orphanTimeoutNanos - now, drivers.expiresIn(now));
        return drivers.areExpectedBack() ? Math.min(driverless, drivers.absentIn(now)) : driverless;
    }

    /** Returns for how many ns its files still count as in use; not above 0 if they do not. */
    long activeFor(long now) {
        return active ? lastActivity + requiredIdleNanos() - now : 0;
    }

    /** Rule 3: returns whether its files were in use so recently that it cannot expire, whatever else is known. */
    boolean isActive(long now) {
        return activeFor(now) > 0;
    }

    /** Returns for how many ns its files must be idle before it expires. */
    long requiredIdleNanos() {
        return drivers.requiredIdleNanos();
    }

    /** Returns the ns since the last signal, counting only time in which this process or an earlier one listened. */
    long idleNanos(long now) {
        return Math.max(0, now - lastSignal);
    }
}
