package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * By what applications are judged.
 *
 * @param orphanTimeout after how long without a sign of life an application is over whose driver cannot be heard
 * @param asksMaster whether the master is asked before anything is removed
 * @param masterTimeout for how long its word is waited for
 * @param absentFor for how long an absence counts that the master told of
 */
record ExpiryPolicy(Duration orphanTimeout, boolean asksMaster, Duration masterTimeout, Duration absentFor) {
    /** So long that it means never, and so short that nothing overflows. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(3650);

    /** What a driver may name at least, since anybody may name any. */
    private static final Duration LONGEST_DRIVER_TIMEOUT = Duration.ofHours(24);

    /** By how much a check may come later after an answer than an interval. */
    private static final Duration ANSWER_MARGIN = Duration.ofMinutes(1);

    ExpiryPolicy {
        orphanTimeout = bounded(orphanTimeout);
        masterTimeout = bounded(masterTimeout);
    }

    /**
     * The same where checks come so often. What the master says to one, the next one goes by, so that where they are rare
     * an absence must count for longer.
     */
    ExpiryPolicy checkedEach(Duration interval) {
        Duration untilNextCheck = bounded(interval).plus(ANSWER_MARGIN);
        return untilNextCheck.compareTo(absentFor) > 0
                ? new ExpiryPolicy(orphanTimeout, asksMaster, masterTimeout, untilNextCheck)
                : this;
    }

    static Duration bounded(Duration timeout) {
        return timeout.compareTo(LONGEST_TIMEOUT) < 0 ? timeout : LONGEST_TIMEOUT;
    }

    /** After how long a silence a driver has expired that names so many ms: never later than an application without one. */
    long driverTimeoutNanos(long timeoutMs) {
        long longest = Math.max(orphanTimeout.toNanos(), LONGEST_DRIVER_TIMEOUT.toNanos());
        return Math.min(longest, bounded(Duration.ofMillis(timeoutMs)).toNanos());
    }

    long orphanTimeoutNanos() {
        return orphanTimeout.toNanos();
    }

    long masterTimeoutNanos() {
        return masterTimeout.toNanos();
    }

    long absentForNanos() {
        return absentFor.toNanos();
    }

    /** Two absences that are further apart do not agree: it may have been listed in between, when nobody asked. */
    long agreeWithinNanos() {
        return absentFor.plus(MasterPoller.ROUTINE_TO).toNanos();
    }
}
