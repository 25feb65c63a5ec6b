package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * By what applications are judged.
 *
 * @param orphanTimeout after how long without a sign of life an application is over whose driver cannot be heard
 * @param asksMaster whether the master is asked before anything is removed
 * @param masterTimeout for how long its word is waited for
 */
record Rules(Duration orphanTimeout, boolean asksMaster, Duration masterTimeout) {
    /** So long that it means never, and so short that nothing overflows. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(3650);

    Rules {
        orphanTimeout = bounded(orphanTimeout);
        masterTimeout = bounded(masterTimeout);
    }

    static Duration bounded(Duration timeout) {
        return timeout.compareTo(LONGEST_TIMEOUT) < 0 ? timeout : LONGEST_TIMEOUT;
    }

    long orphanTimeoutNanos() {
        return orphanTimeout.toNanos();
    }

    long masterTimeoutNanos() {
        return masterTimeout.toNanos();
    }
}
