package dev.mesosshuffle.status;

import dev.mesosshuffle.metrics.LatencyCounts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long what was done in an interval took.
 *
 * @param median the time that half of it did not exceed
 * @param p99 the time that one of a hundred exceeded
 */
public record LatencyView(Duration median, Duration p99) {
    /** Returns null if nothing was done. */
    static @Nullable LatencyView of(LatencyCounts counts) {
        Duration median = counts.median();
        Duration p99 = counts.p99();
        return median == null || p99 == null ? null : new LatencyView(median, p99);
    }
}
