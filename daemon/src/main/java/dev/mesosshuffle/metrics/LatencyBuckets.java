package dev.mesosshuffle.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations by their length, in buckets from 50 us to 60 s. For any thread; a duration costs two additions. */
public final class LatencyBuckets {
    /** The longest durations of all buckets but the last, in nanoseconds. */
    private static final long[] BOUNDS = {
        50_000L,
        100_000L,
        250_000L,
        500_000L,
        1_000_000L,
        2_500_000L,
        5_000_000L,
        10_000_000L,
        25_000_000L,
        50_000_000L,
        100_000_000L,
        250_000_000L,
        500_000_000L,
        1_000_000_000L,
        2_500_000_000L,
        5_000_000_000L,
        10_000_000_000L,
        30_000_000_000L,
        60_000_000_000L
    };

    /** How many buckets there are. */
    static final int BUCKETS = BOUNDS.length + 1;

    private static final double NANOS_PER_SECOND = 1e9;

    private final LongAdder[] counts = new LongAdder[BUCKETS];
    private final LongAdder sum = new LongAdder();

    LatencyBuckets() {
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /**
     * Counts a duration.
     *
     * @param nanos its length
     */
    public void record(long nanos) {
        int found = Arrays.binarySearch(BOUNDS, nanos);
        counts[found < 0 ? -found - 1 : found].increment();
        sum.add(nanos);
    }

    /** Returns the longest duration of each bucket, in seconds; of the last, infinity. */
    static double[] boundsInSeconds() {
        double[] bounds = new double[BUCKETS];
        Arrays.setAll(bounds, i -> i < BOUNDS.length ? BOUNDS[i] / NANOS_PER_SECOND : Double.POSITIVE_INFINITY);
        return bounds;
    }

    /** Returns the shortest duration of a bucket, in nanoseconds. */
    static long beginNanos(int bucket) {
        return bucket == 0 ? 0 : BOUNDS[bucket - 1];
    }

    /** Returns the longest duration of a bucket, in nanoseconds; of the last, which has none, its shortest. */
    static long endNanos(int bucket) {
        return BOUNDS[Math.min(bucket, BOUNDS.length - 1)];
    }

    /** Returns what was counted so far. */
    public LatencyCounts soFar() {
        return new LatencyCounts(counts());
    }

    /** Returns how many durations each bucket has. */
    long[] counts() {
        long[] sums = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            sums[i] = counts[i].sum();
        }
        return sums;
    }

    /** Returns the sum of all durations, in seconds. */
    double sumInSeconds() {
        return sum.sum() / NANOS_PER_SECOND;
    }
}
