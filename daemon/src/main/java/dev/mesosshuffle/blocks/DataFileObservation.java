package dev.mesosshuffle.blocks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the data file of a map output was right before its index was read. Index and data belong together if the data is
 * still the same when it is opened afterwards: then both were in place at one time, when the index was read.
 *
 * @param identity the file's identity, or null if there was none
 * @param takenMillis the wall clock's time before it was looked at, in milliseconds
 */
record DataFileObservation(@Nullable FileIdentity identity, long takenMillis) {
    /** How long a commit may take that puts a new data file in place before its index. */
    private static final Duration COMMIT = Duration.ofSeconds(10);

    /**
     * Whether the data was written after its index, a short while ago. Spark writes the index last, so this is a new data
     * file whose index is yet to come; later, it is the work of someone who copies files in another order.
     */
    boolean isAheadOf(FileIdentity index) {
        return identity != null
                && identity.modified().compareTo(index.modified()) > 0
                && identity.changedWithin(COMMIT, takenMillis);
    }

    /** Whether there is a data file of this length. */
    boolean hasLength(long bytes) {
        return identity != null && identity.size() == bytes;
    }

    /** Whether an output that was read with this look may be kept for later blocks. */
    boolean isReliable() {
        return identity == null || !identity.mayCoincide(takenMillis);
    }

    /**
     * Whether the data file was replaced since an output was read, and is newer than its index, which was not: they are of
     * two attempts, however long ago that was.
     */
    boolean isWithoutItsIndex(MapOutput before, FileIdentity index) {
        return identity != null
                && before.dataIdentity() != null
                && index.equals(before.indexIdentity())
                && !identity.hasContentOf(before.dataIdentity())
                && identity.modified().compareTo(index.modified()) > 0;
    }
}
