package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** An index file whose offsets are all in memory. Immutable. */
final class InMemoryIndex implements IndexFile {
    /** The memory of an entry beside its offsets: the objects around them, the identities of both files, and the cache's own. */
    private static final int OVERHEAD_BYTES = 448;

    private static final int CHUNK_BYTES = FileReads.SCRATCH_BYTES;

    private final long[] offsets;

    private InMemoryIndex(long[] offsets) {
        this.offsets = offsets;
    }

    /**
     * Reads all offsets.
     *
     * @param size the file's length in bytes, which the caller has bounded
     */
    static InMemoryIndex read(Path path, OpenedFile file, int size) throws IOException {
        long[] offsets = new long[size / Long.BYTES];
        ByteBuffer chunk = FileReads.scratch(0);
        long previous = 0;
        for (int i = 0; i < offsets.length; i++) {
            if (i % (CHUNK_BYTES / Long.BYTES) == 0) {
                long position = (long) i * Long.BYTES;
                chunk.clear().limit((int) Math.min(CHUNK_BYTES, size - position));
                FileReads.readFully(file, chunk, position);
                chunk.flip();
            }
            long offset = chunk.getLong();
            if (offset < previous || (i == 0 && offset != 0)) {
                throw new CorruptFileException(
                        path,
                        "offset " + i + " is " + offset + " (expected: 0 first, then never less than the one before)");
            }
            offsets[i] = offset;
            previous = offset;
        }
        return new InMemoryIndex(offsets);
    }

    /**
     * Returns the segment of the data file that holds a block.
     *
     * @throws CorruptFileException if there is no such block
     */
    FileSegment segment(BlockFile data, ShuffleBlockId block) throws CorruptFileException {
        if (block.endReduceId() >= offsets.length) {
            throw CorruptFileException.noSuchBlock(data.path(), offsets.length - 1L, block);
        }
        long start = offsets[block.startReduceId()];
        return new FileSegment(start, offsets[block.endReduceId()] - start);
    }

    @Override
    public long dataLength() {
        return offsets[offsets.length - 1];
    }

    @Override
    public int weight() {
        return Math.min(Integer.MAX_VALUE - OVERHEAD_BYTES, offsets.length * Long.BYTES) + OVERHEAD_BYTES;
    }
}
