package dev.mesosshuffle.liveness;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where looking into an application's local dirs stands. Immutable.
 *
 * @param isRunning whether somebody is looking
 * @param since when that began; nothing unless {@code isRunning}
 * @param failure why the last look could not be taken; null if it could, or there was none
 */
record Look(boolean isRunning, long since, @Nullable LookFailure failure) {
    static final Look NONE = new Look(false, 0, null);

    /** After that, a disk that has not answered is taken for one that hangs. */
    private static final long HANGS_AFTER = Duration.ofSeconds(10).toNanos();

    Look begun(long now) {
        return new Look(true, now, failure);
    }

    Look failed(LookFailure reason) {
        return new Look(false, 0, reason);
    }

    /** Nothing came of it, because it was not needed any more. */
    Look ended() {
        return new Look(false, 0, failure);
    }

    boolean hangs(long now) {
        return isRunning && now - since >= HANGS_AFTER;
    }

    Look hanging() {
        return new Look(isRunning, since, LookFailure.HANGING);
    }
}
