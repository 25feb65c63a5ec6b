package dev.mesosshuffle.metrics;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How many durations {@link LatencyBuckets} had in each bucket at some time, or got between two times. Immutable. */
public final class LatencyCounts {
    /** Nothing was counted. */
    public static final LatencyCounts NONE = new LatencyCounts(new long[LatencyBuckets.BUCKETS]);

    private final long[] counts;

    /**
     * Creates counts.
     *
     * @param counts of each bucket; belongs to this object
     */
    LatencyCounts(long[] counts) {
        this.counts = counts;
    }

    /** Returns what was counted after an earlier time. */
    public LatencyCounts since(LatencyCounts earlier) {
        long[] difference = new long[counts.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = Math.max(0, counts[i] - earlier.counts[i]);
        }
        return new LatencyCounts(difference);
    }

    /** Returns how many durations there are. */
    public long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /**
     * Returns the duration that a share of all does not exceed, as Prometheus's {@code histogram_quantile} estimates it: as if
     * those of a bucket were spread evenly over it. Of the last bucket, which has no end, its begin.
     *
     * @param share from 0 to 1
     * @return null if there are no durations
     */
    public @Nullable Duration quantile(double share) {
        double rank = share * total();
        long before = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0 && before + counts[i] >= rank) {
                long begin = LatencyBuckets.beginNanos(i);
                double part = Math.max(0, rank - before) / counts[i];
                return Duration.ofNanos(begin + Math.round((LatencyBuckets.endNanos(i) - begin) * part));
            }
            before += counts[i];
        }
        return null;
    }

    /** Returns the duration that half of all do not exceed; null if there are none. */
    public @Nullable Duration median() {
        return quantile(1.0 / 2);
    }

    /** Returns the duration that one of a hundred exceeds; null if there are none. */
    public @Nullable Duration p99() {
        return quantile(99.0 / 100);
    }
}
