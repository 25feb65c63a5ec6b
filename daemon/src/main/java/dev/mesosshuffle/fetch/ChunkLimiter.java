package dev.mesosshuffle.fetch;

import java.util.function.LongSupplier;

/** Counts chunks in, up to {@code spark.shuffle.maxChunksBeingTransferred}. For any thread. */
public final class ChunkLimiter {
    private final ReadTracker reads;
    private final LongSupplier maxChunksInFlight;
    private final LoadShedder overload;

    public ChunkLimiter(ReadTracker reads, LongSupplier maxChunksInFlight, LoadShedder overload) {
        this.reads = reads;
        this.maxChunksInFlight = maxChunksInFlight;
        this.overload = overload;
    }

    /** Counts a chunk in; if there are too many, closes the connection and returns false, as Spark's service does. */
    public boolean admit(Connection connection) {
        long inFlight = reads.chunksInFlight();
        long most = maxChunksInFlight.getAsLong();
        if (inFlight >= most) {
            overload.close(
                    connection,
                    "chunks",
                    "The number of chunks being transferred " + inFlight + " is above " + most
                            + "; raise spark.shuffle.maxChunksBeingTransferred if this host can do more.");
            return false;
        }
        reads.chunkRequested();
        return true;
    }

    /** Counts a chunk out that cannot be had. */
    public void dismiss() {
        reads.chunksFinished(1);
    }
}
