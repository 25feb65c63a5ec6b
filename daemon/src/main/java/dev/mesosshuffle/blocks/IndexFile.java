package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import java.io.IOException;

/**
 * The offsets of one map task's output, as Spark's {@code IndexShuffleBlockResolver} writes them: for each reduce task
 * the 8-byte offset of its part of the data file, and the end of the last part. Immutable.
 */
sealed interface IndexFile permits InMemoryIndex, OnDiskIndex {
    /** One offset for each reduce task, whose numbers are ints, and one for the end. */
    long MAX_BYTES = (Integer.MAX_VALUE + 1L) * Long.BYTES;

    /**
     * Reads an index file, or only its first and last offset if it is long.
     *
     * @param file the index file
     * @param opened the open file, which stays open
     * @param identity the file's identity when it was opened; the caller verifies it afterwards
     * @param maxBytesInMemory the length up to which the whole file is read, in bytes
     * @throws IOException if the file cannot be read, or is no index file
     */
    static IndexFile read(BlockFile file, OpenedFile opened, FileIdentity identity, long maxBytesInMemory)
            throws IOException {
        long size = identity.size();
        if (size < 2 * Long.BYTES || size > MAX_BYTES || size % Long.BYTES != 0) {
            throw new CorruptFileException(
                    file.path(), size + " bytes (expected: a multiple of 8, from 16 to " + MAX_BYTES + ")");
        }
        return size <= Math.min(maxBytesInMemory, Integer.MAX_VALUE)
                ? InMemoryIndex.read(file.path(), opened, (int) size)
                : OnDiskIndex.read(file, opened, identity);
    }

    /** The length that the data file must have, in bytes. */
    long dataLength();

    /** Its size in memory, in bytes. */
    int weight();
}
