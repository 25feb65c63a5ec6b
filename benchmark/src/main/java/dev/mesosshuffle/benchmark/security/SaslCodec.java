package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.security.sasl.SaslClient;

/** SASL's auth-conf as Spark frames it: each wrapped block has its length before it, 8 bytes, themselves included. */
final class SaslCodec implements WireCodec {
    /** What one block holds; Spark's default. */
    private static final int MAX_PLAIN_BYTES = 64 * 1024;

    /** With what wrapping adds. */
    private static final int MAX_BLOCK_BYTES = MAX_PLAIN_BYTES + 1024;

    private final SaslClient client;
    private final Piece length = new Piece(Long.BYTES);
    private final Piece block = new Piece(MAX_BLOCK_BYTES);
    /** Of the block that is being received; 0 between blocks. */
    private int blockBytes;

    SaslCodec(SaslClient client) {
        this.client = client;
    }

    @Override
    public ByteBuffer encode(ByteBuffer plain) throws IOException {
        if (plain.remaining() > MAX_PLAIN_BYTES) {
            throw new IOException("request of " + plain.remaining() + " bytes (expected: at most " + MAX_PLAIN_BYTES
                    + ", which fit into one block)");
        }
        byte[] bytes = new byte[plain.remaining()];
        plain.get(bytes);
        byte[] wrapped = client.wrap(bytes, 0, bytes.length);
        return ByteBuffer.allocate(Long.BYTES + wrapped.length)
                .putLong(Long.BYTES + wrapped.length)
                .put(wrapped)
                .flip();
    }

    @Override
    public void decode(ByteBuffer wire, Plain plain) throws IOException {
        while (wire.hasRemaining()) {
            if (blockBytes > 0) {
                if (block.fill(wire, blockBytes)) {
                    plain.accept(ByteBuffer.wrap(client.unwrap(block.bytes, 0, blockBytes)));
                    block.clear();
                    blockBytes = 0;
                }
            } else if (length.fill(wire, Long.BYTES)) {
                long bytes = ByteBuffer.wrap(length.bytes).getLong() - Long.BYTES;
                if (bytes <= 0 || bytes > MAX_BLOCK_BYTES) {
                    throw new IOException("block of " + bytes + " bytes (expected: at most " + MAX_BLOCK_BYTES + ")");
                }
                blockBytes = (int) bytes;
                length.clear();
            }
        }
    }
}
