package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.OpenSegment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.Checksum;

/** Computes the checksum of one block, a part at a time. Owns the open block. Used by one thread at a time. */
final class BlockChecksum implements AutoCloseable {
    private final OpenSegment block;
    private final Checksum checksum;
    private long doneBytes;

    BlockChecksum(OpenSegment block, Checksum checksum) {
        this.block = block;
        this.checksum = checksum;
    }

    /**
     * Reads on.
     *
     * @param maxBytes how much to read at most, in bytes
     * @return whether all of the block was read
     */
    boolean proceed(long maxBytes) throws IOException {
        long end = Math.min(block.length(), doneBytes + maxBytes);
        while (doneBytes < end) {
            ByteBuffer buffer = FileReads.scratch((int) Math.min(FileReads.SCRATCH_BYTES, end - doneBytes));
            block.file().read(block.offset() + doneBytes, buffer);
            checksum.update(buffer.flip());
            doneBytes += buffer.limit();
        }
        return doneBytes == block.length();
    }

    /** The checksum of what was read. */
    long value() {
        return checksum.getValue();
    }

    @Override
    public void close() {
        block.close();
    }
}
