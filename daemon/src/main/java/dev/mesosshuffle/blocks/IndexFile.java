package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The offsets of one map task's output, as Spark's {@code IndexShuffleBlockResolver} writes them: one 8-byte number
 * for each reduce task, where its part of the data file begins, and one for where the last part ends. Immutable.
 */
public final class IndexFile {
    /** What an entry takes beside its offsets: the objects around them and the cache's own. */
    private static final int OVERHEAD_BYTES = 256;

    private final long[] offsets;

    private IndexFile(long[] offsets) {
        this.offsets = offsets;
    }

    /**
     * Reads an index file.
     *
     * @throws IOException if it cannot be read, or is no index file
     */
    static IndexFile read(Path path) throws IOException {
        ByteBuffer bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long size = channel.size();
            if (size < 2 * Long.BYTES || size % Long.BYTES != 0 || size > Integer.MAX_VALUE) {
                throw new CorruptFileException(path, size + " bytes (expected: a multiple of 8, at least 16)");
            }
            bytes = ByteBuffer.allocate((int) size);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException(path + " ended after " + bytes.position() + " of " + size + " bytes");
                }
            }
        }
        long[] offsets = new long[bytes.flip().remaining() / Long.BYTES];
        bytes.asLongBuffer().get(offsets);
        long previous = 0;
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] < previous || (i == 0 && offsets[0] != 0)) {
                throw new CorruptFileException(
                        path,
                        "offset " + i + " is " + offsets[i] + " (expected: 0 at first, then never less than before)");
            }
            previous = offsets[i];
        }
        return new IndexFile(offsets);
    }

    /**
     * Which bytes of the data file a block is.
     *
     * @throws CorruptFileException if there is no such block
     */
    FileSegment segment(PlacedFile data, ShuffleBlockId block) throws CorruptFileException {
        if (block.endReduceId() >= offsets.length) {
            throw new CorruptFileException(
                    data.path(),
                    "has " + (offsets.length - 1) + " blocks (asked for: " + block.startReduceId() + " to "
                            + block.endReduceId() + ")");
        }
        long start = offsets[block.startReduceId()];
        return new FileSegment(start, offsets[block.endReduceId()] - start);
    }

    /** How long the data file must be, in bytes. */
    long dataLength() {
        return offsets[offsets.length - 1];
    }

    /** What it takes in memory, in bytes. */
    int weight() {
        return Math.min(Integer.MAX_VALUE - OVERHEAD_BYTES, offsets.length * Long.BYTES) + OVERHEAD_BYTES;
    }
}
