package dev.mesosshuffle.blocks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The offsets of one map task's output, as Spark's {@code IndexShuffleBlockResolver} writes them: for each reduce task
 * the 8-byte offset of its part of the data file, and the end of the last part. Immutable.
 */
sealed interface IndexFile permits InMemoryIndex, OnDiskIndex {
    /**
     * Reads an index file, or only its first and last offset if it is long.
     *
     * @param identity the file's identity before this call; the caller verifies it afterwards
     * @param maxBytesInMemory the length up to which the whole file is read, in bytes
     * @throws IOException if the file cannot be read, or is no index file
     */
    static IndexFile read(Path path, FileIdentity identity, long maxBytesInMemory) throws IOException {
        try (FileChannel channel = open(path)) {
            long size = channel.size();
            if (size < 2 * Long.BYTES || size % Long.BYTES != 0) {
                throw new CorruptFileException(path, size + " bytes (expected: a multiple of 8, at least 16)");
            }
            return size <= Math.min(maxBytesInMemory, Integer.MAX_VALUE)
                    ? InMemoryIndex.read(path, channel, (int) size)
                    : OnDiskIndex.read(path, channel, size, identity);
        }
    }

    /** Opens an index file, without following a link. */
    static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** The length that the data file must have, in bytes. */
    long dataLength();

    /** Its size in memory, in bytes. */
    int weight();
}
