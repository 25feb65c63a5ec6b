package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.model.CloseReason;

/**
 * What is known first-hand of one application's life. Immutable: each sign of life makes a new one. All times are those
 * of one {@link PauseAwareClock}, in ns, and may wrap around; only their differences count.
 *
 * @param drivers its drivers, as they registered in this run of the process
 * @param lastSign when it last gave any sign of life, or became known; before this run of the process if it was quiet
 *     then already
 * @param active whether its files were used or changed, or an executor registered, in this run
 * @param lastActivity when that was last so; nothing unless {@code active}
 * @param newestFuture the newest change in its dirs that was ever seen to lie in the future, in ms since 1970; {@link
 *     LastChange#NONE} if there was none
 */
record LivenessSignals(DriverStates drivers, long lastSign, boolean active, long lastActivity, long newestFuture) {
    /** How long the files of an application without a driver must be quiet: what Spark's drivers have by default. */
    static final long DEFAULT_TIMEOUT_NANOS = 120_000_000_000L;

    /** Of an application none of whose drivers has registered in this run of the process. */
    static LivenessSignals of(DriverStates drivers, long lastSign) {
        return new LivenessSignals(drivers, lastSign, false, 0, LastChange.NONE);
    }

    /** A driver registers, which is a sign of life, and takes nothing back of what was known. */
    LivenessSignals registered(DriverState driver) {
        return new LivenessSignals(drivers.registered(driver), driver.heard(), active, lastActivity, newestFuture);
    }

    /** A heartbeat came over a connection. */
    LivenessSignals heardAt(long now, Object connection) {
        return new LivenessSignals(drivers.heardAt(now, connection), now, active, lastActivity, newestFuture);
    }

    /** As if all its drivers had been heard. */
    LivenessSignals heardAt(long now) {
        return new LivenessSignals(drivers.heardAt(now), now, active, lastActivity, newestFuture);
    }

    LivenessSignals activeAt(long now) {
        return new LivenessSignals(drivers, now, true, now, newestFuture);
    }

    LivenessSignals disconnected(Object connection, CloseReason how) {
        return with(drivers.disconnected(connection, how));
    }

    LivenessSignals withoutExpiredDrivers(long now) {
        return with(drivers.withoutExpired(now));
    }

    private LivenessSignals with(DriverStates next) {
        return next.equals(drivers) ? this : new LivenessSignals(next, lastSign, active, lastActivity, newestFuture);
    }

    /**
     * Takes in what was seen in its dirs.
     *
     * @param change the newest change there
     * @param now when that was looked at
     */
    LivenessSignals looked(LastChange change, long now) {
        LivenessSignals seen = this;
        if (change.ageNanos() != LastChange.NEVER) {
            long time = now - change.ageNanos();
            boolean newer = !active || time - lastActivity > 0;
            seen = new LivenessSignals(
                    drivers, time - lastSign > 0 ? time : lastSign, true, newer ? time : lastActivity, newestFuture);
        }
        if (change.future() == LastChange.NONE || change.future() == newestFuture) {
            return seen;
        }
        // No clock of this host tells when. Only that it was not there at the last look is sure.
        return new LivenessSignals(drivers, seen.lastSign, true, now, change.future());
    }

    boolean canDriverBeHeard() {
        return drivers.canBeHeard();
    }

    /** Rules 1 and 2: whether its end would be due if its files were quiet. */
    boolean isEndDue(long now, long orphanTimeoutNanos) {
        return endDueIn(now, orphanTimeoutNanos) <= 0;
    }

    /** In how many ns its end is due if it gives no more sign of life; not above 0 if it is due. */
    long endDueIn(long now, long orphanTimeoutNanos) {
        if (drivers.canBeHeard()) {
            return drivers.overIn(now);
        }
        return Math.max(lastSign + orphanTimeoutNanos - now, drivers.overIn(now));
    }

    /** For how many ns its files still count as being in use; not above 0 if they do not. */
    long activeFor(long now) {
        return active ? lastActivity + quietTimeNanos() - now : 0;
    }

    /** Rule 3: whether its files were in use so lately that it is not over, whatever else is known. */
    boolean isActive(long now) {
        return activeFor(now) > 0;
    }

    /** How long its files must be quiet before it is over. */
    long quietTimeNanos() {
        return drivers.quietTimeNanos();
    }

    /** How long there was no sign of life, as far as this process, and those before it, listened. */
    long quietNanos(long now) {
        return Math.max(0, now - lastSign);
    }
}
