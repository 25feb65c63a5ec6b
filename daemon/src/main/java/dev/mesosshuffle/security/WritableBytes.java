package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;

/** What a cipher is given to encrypt or to decrypt. It does so in place, which takes no memory beside what is counted already. */
final class WritableBytes {
    private WritableBytes() {}

    /**
     * Returns bytes that may be overwritten, in place of a message, which is owned.
     *
     * @throws IllegalStateException if the message is not in memory: it would be sent in clear
     */
    static ByteBuf of(ByteBufAllocator allocator, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            String type = message.getClass().getName();
            ReferenceCountUtil.release(message);
            throw new IllegalStateException(
                    "message of type " + type + " (expected: bytes in memory, to be encrypted)");
        }
        if (!bytes.isReadOnly()) {
            return bytes;
        }
        try {
            return allocator.buffer(bytes.readableBytes()).writeBytes(bytes);
        } finally {
            bytes.release();
        }
    }
}
