package dev.mesosshuffle.benchmark.load;

/** By which messages blocks are asked for. */
public enum FetchKind {
    /** FetchShuffleBlocks, then a request for each chunk: Spark 3.0 and newer. */
    SHUFFLE_BLOCKS,

    /** The same with neighbouring reduce ids of a map task as one chunk, as adaptive execution asks. */
    BATCH,

    /** OpenBlocks with block ids as text: Spark 2, and newer ones under useOldFetchProtocol. */
    OPEN_BLOCKS,

    /** FetchShuffleBlocks, then a stream for each chunk, as large blocks are fetched to disk. */
    STREAM
}
