package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.ScanFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The progress of the scan of an application's local directories. Immutable.
 *
 * @param isRunning whether a scan is running
 * @param since when it started; meaningless unless {@code isRunning}
 * @param failure why the last scan failed; null if it succeeded, or there was none
 */
record ActivityScan(boolean isRunning, long since, @Nullable ScanFailure failure) {
    static final ActivityScan NONE = new ActivityScan(false, 0, null);

    /** A disk that has not responded for that long counts as hanging. */
    private static final long HANGS_AFTER = Duration.ofSeconds(10).toNanos();

    ActivityScan started(long now) {
        return new ActivityScan(true, now, failure);
    }

    ActivityScan failed(ScanFailure reason) {
        return new ActivityScan(false, 0, reason);
    }

    /** It ended without a result, because none was needed any more. */
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
