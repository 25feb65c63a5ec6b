package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.ScanFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where looking into an application's local dirs stands. Immutable.
 *
 * @param isRunning whether somebody is looking
 * @param since when that began; nothing unless {@code isRunning}
 * @param failure why the last look could not be taken; null if it could, or there was none
 */
record ActivityScan(boolean isRunning, long since, @Nullable ScanFailure failure) {
    static final ActivityScan NONE = new ActivityScan(false, 0, null);

    /** After that, a disk that has not answered is taken for one that hangs. */
    private static final long HANGS_AFTER = Duration.ofSeconds(10).toNanos();

    ActivityScan begun(long now) {
        return new ActivityScan(true, now, failure);
    }

    ActivityScan failed(ScanFailure reason) {
        return new ActivityScan(false, 0, reason);
    }

    /** Nothing came of it, because it was not needed any more. */
    ActivityScan ended() {
        return new ActivityScan(false, 0, failure);
    }

    boolean hangs(long now) {
        return isRunning && now - since >= HANGS_AFTER;
    }

    ActivityScan hanging() {
        return new ActivityScan(isRunning, since, ScanFailure.HANGING);
    }
}
