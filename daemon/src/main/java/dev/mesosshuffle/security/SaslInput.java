package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The received blocks of a SASL connection that are not unwrapped yet. A block's length is checked as soon as it is there.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class SaslInput implements AutoCloseable {
    private final int maxBlockBytes;
    private @Nullable ByteBuf received;
    /** The length of the complete blocks at the beginning of what was received. */
    private int completeBytes;

    /**
     * Creates an empty input.
     *
     * @param maxBlockBytes the longest block, with its length
     */
    SaslInput(int maxBlockBytes) {
        this.maxBlockBytes = maxBlockBytes;
    }

    /**
     * Adds what was read from the connection.
     *
     * @param bytes owned
     * @throws ProtectionException if a block has an impossible length
     */
    void add(ByteBufAllocator allocator, ByteBuf bytes) throws ProtectionException {
        ByteBuf all =
                received == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, received, bytes);
        received = all;
        while (all.readableBytes() - completeBytes >= SaslBlocks.LENGTH_BYTES) {
            long blockBytes = all.getLong(all.readerIndex() + completeBytes);
            if (blockBytes < SaslBlocks.LENGTH_BYTES || blockBytes > maxBlockBytes) {
                throw new ProtectionException("a SASL block has a length of " + blockBytes + " bytes (expected: "
                        + SaslBlocks.LENGTH_BYTES + " to " + maxBlockBytes
                        + "): check spark.network.sasl.maxEncryptedBlockSize of both sides");
            }
            if (all.readableBytes() - completeBytes < blockBytes) {
                break;
            }
            completeBytes += (int) blockBytes;
        }
    }

    /** Whether a block has begun that is not complete. */
    boolean isBlockIncomplete() {
        return received != null && received.readableBytes() > completeBytes;
    }

    /** How many bytes of complete blocks wait. */
    int completeBytes() {
        return completeBytes;
    }

    /**
     * Takes complete blocks for one turn: one, or as many as are not too long together.
     *
     * @return the blocks with their lengths, which the caller releases; null if none is complete
     */
    @Nullable
    ByteBuf takeTurn() {
        ByteBuf all = received;
        if (all == null || completeBytes == 0) {
            return null;
        }
        int start = all.readerIndex();
        int taken = (int) all.getLong(start);
        while (taken < completeBytes) {
            int next = (int) all.getLong(start + taken);
            if (taken + next > SaslBlocks.TURN_BYTES) {
                break;
            }
            taken += next;
        }
        ByteBuf turn = all.readRetainedSlice(taken);
        completeBytes -= taken;
        if (!all.isReadable()) {
            close();
        }
        return turn;
    }

    /** Releases what was received. */
    @Override
    public void close() {
        completeBytes = 0;
        if (received != null) {
            received.release();
            received = null;
        }
    }
}
