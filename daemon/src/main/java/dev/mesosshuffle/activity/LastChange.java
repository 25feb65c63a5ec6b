package dev.mesosshuffle.activity;

import org.jspecify.annotations.Nullable;

/**
 * The newest change in some directories. A time in the future, because the clock was set back since, is kept apart:
 * otherwise it would hide every later change.
 *
 * @param ageNanos the age of the newest change in the past; {@link #NEVER} if there is none
 * @param future the newest time in the future, in ms since 1970; {@link #NONE} if there is none
 * @param failure why there may be newer changes; null if all was scanned
 */
public record LastChange(
        long ageNanos, long future, @Nullable ScanFailure failure) {
    /** No time. */
    public static final long NONE = Long.MIN_VALUE;

    /** The age of what never changed. */
    public static final long NEVER = Long.MAX_VALUE;

    /** No change. */
    public static final LastChange NOTHING = new LastChange(NEVER, NONE, null);

    /** A change at this moment. */
    public static final LastChange NOW = new LastChange(0, NONE, null);

    /** Returns that nothing could be scanned. */
    public static LastChange unknown(ScanFailure failure) {
        return new LastChange(NEVER, NONE, failure);
    }

    /** Returns the newest change of both. */
    public LastChange and(LastChange other) {
        return new LastChange(
                Math.min(ageNanos, other.ageNanos),
                Math.max(future, other.future),
                failure == null ? other.failure : failure);
    }
}
