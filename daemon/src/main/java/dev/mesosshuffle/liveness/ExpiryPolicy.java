package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * The parameters of the expiry rules.
 *
 * @param orphanTimeout after which idle time an application without a reachable driver expires
 * @param pollsMaster whether the Mesos master is polled before anything is removed
 * @param masterTimeout how long to wait for a usable response of it
 * @param absenceValidFor for how long a reported absence counts
 */
record ExpiryPolicy(Duration orphanTimeout, boolean pollsMaster, Duration masterTimeout, Duration absenceValidFor) {
    /** Practically never, and short enough that no sum overflows. */
    private static final Duration MAX_TIMEOUT = Duration.ofDays(3650);

    /** Anybody may register any timeout, so one counts as this, or as the orphan timeout if that is longer. */
    private static final Duration MAX_DRIVER_TIMEOUT = Duration.ofHours(24);

    /** How much later than an interval after a response the next check may come. */
    private static final Duration CHECK_MARGIN = Duration.ofMinutes(1);

    ExpiryPolicy {
        orphanTimeout = bounded(orphanTimeout);
        masterTimeout = bounded(masterTimeout);
    }

    /**
     * Returns the policy for a check interval. A check uses the response to the poll of the check before, so an absence
     * must count for longer than the interval.
     */
    ExpiryPolicy withCheckInterval(Duration interval) {
        Duration untilNextCheck = bounded(interval).plus(CHECK_MARGIN);
        return untilNextCheck.compareTo(absenceValidFor) > 0
                ? new ExpiryPolicy(orphanTimeout, pollsMaster, masterTimeout, untilNextCheck)
                : this;
    }

    static Duration bounded(Duration timeout) {
        return timeout.compareTo(MAX_TIMEOUT) < 0 ? timeout : MAX_TIMEOUT;
    }

    /** Returns how long a driver that registered a timeout in ms may send no heartbeat. */
    long driverTimeoutNanos(long timeoutMs) {
        long max = Math.max(orphanTimeout.toNanos(), MAX_DRIVER_TIMEOUT.toNanos());
        return Math.min(max, bounded(Duration.ofMillis(timeoutMs)).toNanos());
    }

    long orphanTimeoutNanos() {
        return orphanTimeout.toNanos();
    }

    long masterTimeoutNanos() {
        return masterTimeout.toNanos();
    }

    long absenceValidForNanos() {
        return absenceValidFor.toNanos();
    }

    /** Two absences that are further apart confirm nothing: the application may have been listed between the polls. */
    long confirmWithinNanos() {
        return absenceValidFor.plus(MasterPoller.MAX_ROUTINE_INTERVAL).toNanos();
    }
}
