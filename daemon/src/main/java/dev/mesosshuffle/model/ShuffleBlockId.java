package dev.mesosshuffle.model;

/**
 * The output of one map task for neighbouring reduce tasks. Its file names are those of Spark's
 * {@code IndexShuffleBlockResolver}.
 *
 * @param shuffleId the shuffle
 * @param mapId the map task: its index in Spark 2, its task attempt id since Spark 3
 * @param startReduceId the first reduce task
 * @param endReduceId the one after the last reduce task
 * @param immutable whether the map id identifies one attempt, so that no other attempt replaces the files
 */
public record ShuffleBlockId(int shuffleId, long mapId, int startReduceId, int endReduceId, boolean immutable)
        implements BlockId {
    /**
     * Checks all parts.
     *
     * @throws IllegalArgumentException if one is negative, or the range runs backwards
     */
    public ShuffleBlockId {
        if (shuffleId < 0 || mapId < 0 || startReduceId < 0 || endReduceId < startReduceId) {
            throw new IllegalArgumentException("shuffle block: shuffle " + shuffleId + ", map " + mapId + ", reduce "
                    + startReduceId + " to " + endReduceId + " (expected: none negative, a range that runs forwards)");
        }
    }

    /** The output of a map attempt. */
    public ShuffleBlockId(int shuffleId, long mapId, int startReduceId, int endReduceId) {
        this(shuffleId, mapId, startReduceId, endReduceId, true);
    }

    @Override
    public String dataFileName() {
        return "shuffle_" + shuffleId + '_' + mapId + "_0.data";
    }

    /** The name of the file that tells where each reduce task's part begins. */
    public String indexFileName() {
        return "shuffle_" + shuffleId + '_' + mapId + "_0.index";
    }

    /**
     * The name of the file with one checksum for each reduce task's part.
     *
     * @param algorithm the checksum's name
     */
    public String checksumFileName(String algorithm) {
        return "shuffle_" + shuffleId + '_' + mapId + "_0.checksum." + algorithm;
    }

    @Override
    public int count() {
        return endReduceId - startReduceId;
    }

    /** The block's name in Spark's logs. */
    @Override
    public String toString() {
        String first = "shuffle_" + shuffleId + '_' + mapId + '_' + startReduceId;
        return count() == 1 ? first : first + '_' + endReduceId;
    }
}
