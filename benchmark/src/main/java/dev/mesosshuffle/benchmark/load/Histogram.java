package dev.mesosshuffle.benchmark.load;

/**
 * Counts durations in buckets whose width grows with them, so that a percentile is too high by at most 1.6 %. For one
 * thread.
 */
public final class Histogram {
    /** Buckets for each power of two. */
    private static final int STEPS = 64;

    private static final int STEP_BITS = 6;

    private final long[] counts = new long[(Long.SIZE - STEP_BITS) * STEPS];
    private long count;
    private long max;

    /** Adds a value that is not negative. */
    public void add(long value) {
        counts[bucket(value)]++;
        count++;
        max = Math.max(max, value);
    }

    /** Adds all values of another one. */
    public void add(Histogram other) {
        for (int bucket = 0; bucket < counts.length; bucket++) {
            counts[bucket] += other.counts[bucket];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    /** The value that this share of all values does not exceed, from 0 to 1; 0 if there are no values. */
    public long percentile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted) {
                return Math.min(max, last(bucket));
            }
        }
        return max;
    }

    /** The largest value; 0 if there are none. */
    public long max() {
        return max;
    }

    /** How many values there are. */
    public long count() {
        return count;
    }

    /** The values below 64 have a bucket each; above, the 6 bits behind the highest one name the step. */
    private static int bucket(long value) {
        int shift = Math.max(0, Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(value));
        return shift * STEPS + (int) (value >>> shift);
    }

    private static long last(int bucket) {
        int shift = Math.max(0, bucket / STEPS - 1);
        long step = bucket - (long) shift * STEPS;
        return ((step + 1) << shift) - 1;
    }
}
