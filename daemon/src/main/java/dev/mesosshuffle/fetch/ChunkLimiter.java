package dev.mesosshuffle.fetch;

import java.util.function.LongSupplier;

/** Limits the chunks in flight to {@code spark.shuffle.maxChunksBeingTransferred}. For any thread. */
final class ChunkLimiter {
    private final ReadTracker reads;
    private final LongSupplier maxChunksInFlight;
    private final LoadShedder loadShedder;

    /**
     * Creates a limiter.
     *
     * @param reads counts the chunks in flight of all connections
     * @param maxChunksInFlight the limit, which may change at any time
     * @param loadShedder closes connections that exceed it
     */
    ChunkLimiter(ReadTracker reads, LongSupplier maxChunksInFlight, LoadShedder loadShedder) {
        this.reads = reads;
        this.maxChunksInFlight = maxChunksInFlight;
        this.loadShedder = loadShedder;
    }

    /**
     * Admits one more chunk. At the limit, closes the connection instead, as Spark's service does.
     *
     * @return whether the chunk was admitted; it is in flight until {@link ReadTracker#chunksFinished}
     */
    boolean tryAcquire(Connection connection) {
        long inFlight = reads.chunksInFlight();
        long max = maxChunksInFlight.getAsLong();
        if (inFlight >= max) {
            loadShedder.shed(
                    connection,
                    "chunks",
                    "The number of chunks being transferred " + inFlight + " is above " + max
                            + "; raise spark.shuffle.maxChunksBeingTransferred if this host can do more.");
            return false;
        }
        reads.chunkRequested();
        return true;
    }

    /** Takes back the admission of a chunk that cannot be served. */
    void release() {
        reads.chunksFinished(1);
    }
}
