package dev.mesosshuffle.activity;

import org.jspecify.annotations.Nullable;

/**
 * The newest change in some dirs. What lies in the future, for the clock was set back since, is told apart: else it
 * would hide every later change.
 *
 * @param ageNanos how long ago the newest one was of those that lie in the past; {@link #NEVER} if there is none
 * @param future the newest time that lies in the future, in ms since 1970; {@link #NONE} if there is none
 * @param failure why there may be newer ones, which could not be seen; null if all was seen
 */
public record LastChange(
        long ageNanos, long future, @Nullable ScanFailure failure) {
    /** The time of no change at all. */
    public static final long NONE = Long.MIN_VALUE;

    /** The age of what never changed. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final LastChange NOTHING = new LastChange(NEVER, NONE, null);

    /** Something is changing at this moment. */
    public static final LastChange NOW = new LastChange(0, NONE, null);

    public static LastChange unseen(ScanFailure failure) {
        return new LastChange(NEVER, NONE, failure);
    }

    public LastChange and(LastChange other) {
        return new LastChange(
                Math.min(ageNanos, other.ageNanos),
                Math.max(future, other.future),
                failure == null ? other.failure : failure);
    }
}
