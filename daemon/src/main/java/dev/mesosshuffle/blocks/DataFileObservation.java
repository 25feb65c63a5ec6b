package dev.mesosshuffle.blocks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a map output's data file right before its index is read. Index and data belong together if the data file is
 * unchanged when it is opened afterwards: both were in place at one time, when the index was read.
 *
 * @param identity the file's identity, or null if there was no file
 * @param takenMillis the wall clock's time before the observation, in milliseconds since 1970
 */
record DataFileObservation(@Nullable FileIdentity identity, long takenMillis) {
    /** The longest commit, between its new data file and its new index. */
    private static final Duration MAX_COMMIT = Duration.ofSeconds(10);

    /**
     * Whether the data was written after its index, and recently. Spark writes the index last, so the index of this new data
     * file is yet to come. If it was not written recently, somebody copied the files in another order.
     */
    boolean isAheadOf(FileIdentity index) {
        return identity != null
                && identity.modified() > index.modified()
                && identity.changedWithin(MAX_COMMIT, takenMillis);
    }

    /** Whether there is a data file of this length. */
    boolean hasLength(long bytes) {
        return identity != null && identity.size() == bytes;
    }

    /** Whether an output that was read with this observation may be cached. */
    boolean isReliable() {
        return identity == null || !identity.mayCoincide(takenMillis);
    }

    /**
     * Whether the data file was replaced since an output was read and is newer than its index, which was not replaced: they
     * belong to two attempts, however long ago that was.
     */
    boolean isWithoutItsIndex(MapOutput previous, FileIdentity index) {
        return identity != null
                && previous.dataIdentity() != null
                && index.equals(previous.indexIdentity())
                && !identity.hasContentOf(previous.dataIdentity())
                && identity.modified() > index.modified();
    }
}
