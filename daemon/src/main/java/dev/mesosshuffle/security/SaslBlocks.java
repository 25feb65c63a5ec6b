package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * Wraps and unwraps blocks by the result of a SASL handshake. On the wire each is preceded by its length, an 8-byte number
 * that includes itself. Both directions share state, and blocks are numbered, so the order counts.
 *
 * <p><b>Concurrency:</b> used by one thread at a time. It takes milliseconds, for the cipher that clients choose is slow: not
 * for event loops.
 */
final class SaslBlocks implements AutoCloseable {
    static final int LENGTH_BYTES = Long.BYTES;

    /** The most bytes that are wrapped, and about the most that are unwrapped, in one turn. */
    static final int TURN_BYTES = 64 * 1024;

    /** What wrapping adds at most: a number, a code and padding, with a margin. */
    private static final int MAX_ADDED_BYTES = 64;

    private final SaslServer server;
    private final int maxBlockBytes;

    /**
     * Creates blocks.
     *
     * @param server owned
     * @param maxBlockBytes the most bytes that are wrapped at a time, and that a peer may wrap; at least 64 KiB may be
     */
    SaslBlocks(SaslServer server, int maxBlockBytes) {
        this.server = server;
        this.maxBlockBytes = maxBlockBytes;
    }

    /** The most bytes to wrap at a time. */
    int maxWrapBytes() {
        return Math.min(maxBlockBytes, TURN_BYTES);
    }

    /** The longest block that is received, with its length. */
    int maxReceivedBytes() {
        return LENGTH_BYTES + Math.max(maxBlockBytes, TURN_BYTES) + MAX_ADDED_BYTES;
    }

    /**
     * Wraps bytes into one block.
     *
     * @param plain released
     * @return the block with its length; the caller releases it
     */
    ByteBuf wrap(ByteBufAllocator allocator, ByteBuf plain) throws SaslException {
        byte[] bytes;
        try {
            bytes = new byte[plain.readableBytes()];
            plain.readBytes(bytes);
        } finally {
            plain.release();
        }
        byte[] wrapped = server.wrap(bytes, 0, bytes.length);
        int blockBytes = LENGTH_BYTES + wrapped.length;
        return allocator.directBuffer(blockBytes).writeLong(blockBytes).writeBytes(wrapped);
    }

    /**
     * Unwraps blocks.
     *
     * @param blocks complete blocks with their lengths; released
     * @return their contents; the caller releases them
     * @throws IOException if a block is not genuine, or out of order; nothing more may be unwrapped then
     */
    ByteBuf unwrap(ByteBufAllocator allocator, ByteBuf blocks) throws IOException {
        ByteBuf plain = null;
        boolean done = false;
        try {
            plain = allocator.buffer(blocks.readableBytes());
            while (blocks.isReadable()) {
                byte[] wrapped = new byte[(int) blocks.readLong() - LENGTH_BYTES];
                blocks.readBytes(wrapped);
                plain.writeBytes(unwrap(wrapped));
            }
            done = true;
            return plain;
        } finally {
            blocks.release();
            if (!done && plain != null) {
                plain.release();
            }
        }
    }

    private byte[] unwrap(byte[] wrapped) throws IOException {
        byte[] plain;
        try {
            plain = server.unwrap(wrapped, 0, wrapped.length);
        } catch (SaslException | RuntimeException e) {
            // The JDK does not look whether a block is long enough for its parts.
            throw notGenuine(wrapped);
        }
        // The JDK drops a block with a wrong code in silence.
        if (plain.length == 0 && wrapped.length > 0) {
            throw notGenuine(wrapped);
        }
        return plain;
    }

    private static ProtectionException notGenuine(byte[] wrapped) {
        return new ProtectionException("a SASL block of " + wrapped.length
                + " bytes is not genuine: it was changed on its way, is out of order, or its sender uses another key");
    }

    /** Disposes of the keys. */
    @Override
    public void close() {
        try {
            server.dispose();
        } catch (SaslException e) {
            // It holds nothing but memory.
        }
    }
}
