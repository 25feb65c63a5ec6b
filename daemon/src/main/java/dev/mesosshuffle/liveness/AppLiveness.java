package dev.mesosshuffle.liveness;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one application's life, and its own judgement of that. Immutable: evidence makes a new one, so that
 * whoever holds one sees it whole. All times are those of one {@link ListeningClock}, in ns, and may wrap around; only
 * their differences count.
 *
 * @param driver its driver, as it registered in this run of the process; null if it did not
 * @param lastEvidence when it last gave any sign of life, or became known
 * @param active whether its files were used, or an executor registered, in this run
 * @param lastActivity when that was last so; nothing unless {@code active}
 * @param deferred whether its end is due and has been put off already
 * @param announced whether its end was told of already, and then could not be persisted
 */
record AppLiveness(
        @Nullable Driver driver,
        long lastEvidence,
        boolean active,
        long lastActivity,
        boolean deferred,
        boolean announced) {
    /** How long the files of an application without a driver must be quiet: what Spark's drivers have by default. */
    static final long DEFAULT_TIMEOUT_NANOS = 120_000_000_000L;

    /**
     * A driver that registered in this run of the process.
     *
     * @param connection its connection; null once that has ended
     * @param address where it is, for people
     * @param timeoutNanos after how long a silence it is over, by its own word
     * @param heard when it last sent a heartbeat, or registered
     * @param ended how its connection ended; null while it is open
     */
    record Driver(
            @Nullable Object connection,
            String address,
            long timeoutNanos,
            long heard,
            @Nullable Disconnect ended) {
        Driver heardAt(long now) {
            return new Driver(connection, address, timeoutNanos, now, ended);
        }

        Driver endedBy(Disconnect how) {
            return new Driver(null, address, timeoutNanos, heard, how);
        }

        boolean canBeHeard() {
            return ended != Disconnect.CUT_OFF_BY_US;
        }

        /** A driver that can still be heard, or was lost to the network, may be paused: it gets its timeout twice. */
        boolean isOver(long now) {
            return now - heard >= (ended == Disconnect.IN_ORDER ? timeoutNanos : 2 * timeoutNanos);
        }
    }

    /** An application of whose driver this run of the process knows nothing. */
    static AppLiveness withoutDriver(long now) {
        return new AppLiveness(null, now, false, 0, false, false);
    }

    /** An application whose driver has just registered, for the first time or again. */
    static AppLiveness withDriver(Object connection, String address, long timeoutNanos, long now) {
        return new AppLiveness(new Driver(connection, address, timeoutNanos, now, null), now, false, 0, false, false);
    }

    AppLiveness heardAt(long now) {
        return new AppLiveness(driver == null ? null : driver.heardAt(now), now, active, lastActivity, false, false);
    }

    AppLiveness activeAt(long now) {
        return new AppLiveness(driver, now, true, now, deferred, false);
    }

    /** Only the latest connection counts: a driver that registered again has left the former one. */
    AppLiveness disconnected(Object connection, Disconnect how) {
        if (driver == null || driver.connection != connection) {
            return this;
        }
        return new AppLiveness(driver.endedBy(how), lastEvidence, active, lastActivity, deferred, announced);
    }

    AppLiveness deferredOnce() {
        return new AppLiveness(driver, lastEvidence, active, lastActivity, true, announced);
    }

    AppLiveness announcedOnce() {
        return new AppLiveness(driver, lastEvidence, active, lastActivity, deferred, true);
    }

    /**
     * Judges.
     *
     * @param orphanTimeoutNanos after how long without any sign of life an application is over that has no driver that
     *     could be heard
     */
    Verdict judge(long now, long orphanTimeoutNanos) {
        if (!isEndDue(now, orphanTimeoutNanos)) {
            return Verdict.ALIVE;
        }
        long quietTime = driver == null ? DEFAULT_TIMEOUT_NANOS : driver.timeoutNanos;
        return active && now - lastActivity < quietTime ? Verdict.DEFERRED : Verdict.OVER;
    }

    private boolean isEndDue(long now, long orphanTimeoutNanos) {
        if (driver != null && driver.canBeHeard()) {
            return driver.isOver(now);
        }
        return now - lastEvidence >= orphanTimeoutNanos;
    }

    AppState state(long now) {
        if (driver == null || !driver.canBeHeard()) {
            return AppState.WITHOUT_DRIVER;
        }
        return now - driver.heard < driver.timeoutNanos ? AppState.DRIVER_HEARD : AppState.DRIVER_SILENT;
    }
}
