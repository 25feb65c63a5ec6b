package dev.mesosshuffle.model;

/**
 * A partition of an RDD that an executor persisted to disk.
 *
 * @param rddId the RDD
 * @param splitIndex the partition
 */
public record RddBlockId(int rddId, int splitIndex) implements BlockId {
    /**
     * Checks both parts.
     *
     * @throws IllegalArgumentException if either is negative
     */
    public RddBlockId {
        if (rddId < 0 || splitIndex < 0) {
            throw new IllegalArgumentException(
                    "RDD block: rdd " + rddId + ", split " + splitIndex + " (expected: neither negative)");
        }
    }

    @Override
    public String dataFileName() {
        return "rdd_" + rddId + '_' + splitIndex;
    }

    @Override
    public int count() {
        return 1;
    }

    /** The block's name in Spark's logs, and its file's name. */
    @Override
    public String toString() {
        return dataFileName();
    }
}
