package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.streams.ReadTracker;
import java.util.function.LongSupplier;

/** Counts chunks in, up to {@code spark.shuffle.maxChunksBeingTransferred}. For any thread. */
final class ChunkAdmission {
    private final ReadTracker reads;
    private final LongSupplier maxChunksInFlight;
    private final Overload overload;

    ChunkAdmission(ReadTracker reads, LongSupplier maxChunksInFlight, Overload overload) {
        this.reads = reads;
        this.maxChunksInFlight = maxChunksInFlight;
        this.overload = overload;
    }

    /** Counts a chunk in; if there are too many, closes the connection and returns false, as Spark's service does. */
    boolean admit(Connection connection) {
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
    void dismiss() {
        reads.chunksFinished(1);
    }
}
