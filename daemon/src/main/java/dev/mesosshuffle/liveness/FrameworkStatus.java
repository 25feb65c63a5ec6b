package dev.mesosshuffle.liveness;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the Mesos master has reported about one application so far. Immutable; each response makes a new one.
 *
 * <p>An entry among the completed frameworks proves completion. That an application is not listed at all proves it only
 * if
 *
 * <ul>
 *   <li>these credentials listed it before, because a master shows each principal only what that one may view;
 *   <li>the leader has led for long enough to know all frameworks, which it does not after an election;
 *   <li>two responses of one leader, {@link #CONFIRM_AFTER} apart, agree, and so do those between them, of which there
 *       are some if the two are far apart.
 * </ul>
 *
 * <p>Nothing of this survives a restart of the process: then the master is polled again.
 *
 * @param everListed whether the master ever listed it
 * @param report its last report
 * @param since when it first reported {@link Report#ABSENT}; meaningless for other reports
 * @param until when it last reported {@link Report#ABSENT}; meaningless for other reports
 * @param leader who reported {@link Report#ABSENT}; null for other reports
 * @param lastPolled when a poll last ended, with a response or without; null before the first
 */
record FrameworkStatus(
        boolean everListed,
        Report report,
        long since,
        long until,
        @Nullable String leader,
        @Nullable Long lastPolled) {
    static final Duration CONFIRM_AFTER = Duration.ofMinutes(5);

    /** The maximum age of an absence, unless checks are less frequent. */
    static final Duration ABSENCE_VALID_FOR = Duration.ofMinutes(10);

    static final FrameworkStatus UNPOLLED = new FrameworkStatus(false, Report.UNKNOWN, 0, 0, null, null);

    /** The master's report on one application. */
    enum Report {
        /** There is none, or none of use. */
        UNKNOWN,
        ALIVE,
        COMPLETED,
        /** It was not listed, by a leader that knows all frameworks. */
        ABSENT
    }

    /** Takes in a response that arrived at {@code now}. */
    FrameworkStatus update(FrameworkSnapshot response, String appId, long now, ExpiryPolicy policy) {
        if (response.frameworks().contains(appId)) {
            return new FrameworkStatus(true, Report.ALIVE, now, now, null, now);
        }
        if (report == Report.COMPLETED || response.completed().contains(appId)) {
            return new FrameworkStatus(true, Report.COMPLETED, now, now, null, now);
        }
        if (!response.isComplete()) {
            return new FrameworkStatus(everListed, Report.UNKNOWN, now, now, null, now);
        }
        boolean confirmed = report == Report.ABSENT
                && response.leader().equals(leader)
                && now - until <= policy.confirmWithinNanos();
        return new FrameworkStatus(everListed, Report.ABSENT, confirmed ? since : now, now, response.leader(), now);
    }

    /** A poll failed: that the application is alive is no longer known; the rest remains true. */
    FrameworkStatus pollFailed(long now) {
        Report remaining = report == Report.ALIVE ? Report.UNKNOWN : report;
        return new FrameworkStatus(everListed, remaining, since, until, leader, now);
    }

    /** Drops all reports, except that these credentials can view the application. */
    FrameworkStatus reset() {
        return new FrameworkStatus(everListed, Report.UNKNOWN, since, until, null, lastPolled);
    }

    /** Returns whether a poll has ended at a time, or after it. */
    boolean wasPolledSince(long time) {
        return lastPolled != null && lastPolled - time >= 0;
    }

    boolean isAlive() {
        return report == Report.ALIVE;
    }

    /** An old absence proves nothing: a driver that was partitioned from the master may have re-registered. */
    boolean provesCompletion(long now, ExpiryPolicy policy) {
        return report == Report.COMPLETED
                || (report == Report.ABSENT
                        && everListed
                        && until - since >= CONFIRM_AFTER.toNanos()
                        && now - until < policy.absenceValidForNanos());
    }

    /** For operators. */
    String text() {
        return switch (report) {
            case UNKNOWN -> "the Mesos master gave no usable response";
            case ALIVE -> "the Mesos master lists it as alive";
            case COMPLETED -> "the Mesos master lists it as completed";
            case ABSENT ->
                everListed
                        ? "the Mesos master, which listed it before, no longer lists it"
                        : "the Mesos master does not list it, and never did";
        };
    }
}
