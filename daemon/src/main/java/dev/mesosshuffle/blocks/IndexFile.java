package dev.mesosshuffle.blocks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The offsets of one map task's output, as Spark's {@code IndexShuffleBlockResolver} writes them: one 8-byte number
 * for each reduce task, where its part of the data file begins, and one for where the last part ends. Immutable.
 */
sealed interface IndexFile permits InMemoryIndex, OnDiskIndex {
    /**
     * Reads an index file, or only its ends if it is long.
     *
     * @param identity what the file was before; whoever reads it looks afterwards whether it still is
     * @param maxBytesInMemory up to this length all of it is read
     * @throws IOException if it cannot be read, or is no index file
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

    /** Opens an index file, but not through a link. */
    static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** How long the data file must be, in bytes. */
    long dataLength();

    /** What it takes in memory, in bytes. */
    int weight();
}
