package dev.mesosshuffle.liveness;

import org.jspecify.annotations.Nullable;

/**
 * What is known first-hand of one application's life. Immutable: each sign of life makes a new one. All times are those
 * of one {@link ListeningClock}, in ns, and may wrap around; only their differences count.
 *
 * @param driver its driver, as it registered in this run of the process; null if it did not
 * @param lastSign when it last gave any sign of life, or became known; before this run of the process if it was quiet
 *     then already
 * @param active whether its files were used or changed, or an executor registered, in this run
 * @param lastActivity when that was last so; nothing unless {@code active}
 * @param newestFuture the newest change in its dirs that was ever seen to lie in the future, in ms since 1970; {@link
 *     FileChanges#NONE} if there was none
 */
record Evidence(@Nullable Driver driver, long lastSign, boolean active, long lastActivity, long newestFuture) {
    /** How long the files of an application without a driver must be quiet: what Spark's drivers have by default. */
    static final long DEFAULT_TIMEOUT_NANOS = 120_000_000_000L;

    static Evidence ofDriver(Driver driver) {
        return new Evidence(driver, driver.heard(), false, 0, FileChanges.NONE);
    }

    static Evidence withoutDriver(long lastSign) {
        return new Evidence(null, lastSign, false, 0, FileChanges.NONE);
    }

    Evidence heardAt(long now) {
        return new Evidence(driver == null ? null : driver.heardAt(now), now, active, lastActivity, newestFuture);
    }

    Evidence activeAt(long now) {
        return new Evidence(driver, now, true, now, newestFuture);
    }

    Evidence disconnected(Object connection, Disconnect how) {
        return driver == null
                ? this
                : new Evidence(driver.disconnected(connection, how), lastSign, active, lastActivity, newestFuture);
    }

    /**
     * Takes in what was seen in its dirs.
     *
     * @param change the newest change there
     * @param now when that was looked at
     */
    Evidence looked(FileChanges.Change change, long now) {
        Evidence seen = this;
        if (change.ageNanos() != FileChanges.NEVER) {
            long time = now - change.ageNanos();
            boolean newer = !active || time - lastActivity > 0;
            seen = new Evidence(
                    driver, time - lastSign > 0 ? time : lastSign, true, newer ? time : lastActivity, newestFuture);
        }
        if (change.future() == FileChanges.NONE || change.future() == newestFuture) {
            return seen;
        }
        // No clock of this host tells when. Only that it was not there at the last look is sure.
        return new Evidence(driver, seen.lastSign, true, now, change.future());
    }

    boolean canDriverBeHeard() {
        return driver != null && driver.canBeHeard();
    }

    /** Rules 1 and 2: whether its end would be due if its files were quiet. */
    boolean isEndDue(long now, long orphanTimeoutNanos) {
        return endDueIn(now, orphanTimeoutNanos) <= 0;
    }

    /** In how many ns its end is due if it gives no more sign of life; not above 0 if it is due. */
    long endDueIn(long now, long orphanTimeoutNanos) {
        if (driver != null && driver.canBeHeard()) {
            return driver.overIn(now);
        }
        return lastSign + orphanTimeoutNanos - now;
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
        return driver == null ? DEFAULT_TIMEOUT_NANOS : driver.timeoutNanos();
    }

    /** How long there was no sign of life, as far as this process, and those before it, listened. */
    long quietNanos(long now) {
        return Math.max(0, now - lastSign);
    }
}
