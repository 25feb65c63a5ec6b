package dev.mesosshuffle.benchmark.load;

/** By which messages blocks are asked for. */
public enum FetchKind {
    /** FetchShuffleBlocks, then a request for each chunk: Spark 3.0 and newer. */
    SHUFFLE_BLOCKS(""),

    /** The same with neighbouring reduce ids of a map task as one chunk, as adaptive execution asks. */
    BATCH(" in batches"),

    /** OpenBlocks with block ids as text: Spark 2, and newer ones under useOldFetchProtocol. */
    OPEN_BLOCKS(" by OpenBlocks"),

    /** FetchShuffleBlocks, then a stream for each chunk, as large blocks are fetched to disk. */
    STREAM(" as streams");

    private final String label;

    FetchKind(String label) {
        this.label = label;
    }

    /** What follows the size of blocks in descriptions. */
    public String label() {
        return label;
    }
}
