package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what is sent, one message a buffer. The content is encrypted in its own buffer; what a message adds, its head and
 * the tags, is in a small one beside it, and both are written in turns. So the memory of a message is the one that was
 * counted when its content was read.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class GcmEncryptor {
    private final byte[] key;
    private final byte[] salt;
    private final byte[] prefix = new byte[GcmFormat.PREFIX_BYTES];

    GcmEncryptor(byte[] key) {
        this.key = key;
        this.salt = new byte[key.length];
    }

    /**
     * Writes a message.
     *
     * @param plain its content, at least one byte; owned, and overwritten
     * @param promise completes when all of it was written
     */
    void write(ChannelHandlerContext context, ByteBuf plain, ChannelPromise promise) {
        int segments = GcmFormat.segments(plain.readableBytes());
        int headBytes = GcmFormat.headBytes(key.length);
        ByteBuf added = null;
        boolean encrypted = false;
        try {
            added = context.alloc().directBuffer(headBytes + segments * GcmFormat.TAG_BYTES);
            encrypt(plain, segments, added);
            encrypted = true;
        } finally {
            if (!encrypted) {
                plain.release();
                if (added != null) {
                    added.release();
                }
            }
        }
        write(context, added.readRetainedSlice(headBytes));
        for (int segment = 1; segment < segments; segment++) {
            write(context, plain.readRetainedSlice(GcmFormat.PLAIN_SEGMENT_BYTES));
            write(context, added.readRetainedSlice(GcmFormat.TAG_BYTES));
        }
        write(context, plain);
        var unused = context.write(added, promise);
    }

    /** What follows a part that could not be written is worthless. */
    private static void write(ChannelHandlerContext context, ByteBuf part) {
        context.write(part).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void encrypt(ByteBuf plain, int segments, ByteBuf added) {
        GcmPrimitives primitives = GcmPrimitives.ofThread();
        int plainBytes = plain.readableBytes();
        long messageBytes = GcmFormat.headBytes(key.length) + plainBytes + (long) segments * GcmFormat.TAG_BYTES;
        primitives.random.fill(salt);
        primitives.random.fill(prefix);
        added.writeLong(messageBytes)
                .writeByte(GcmFormat.headerBytes(key.length))
                .writeBytes(salt)
                .writeBytes(prefix);
        SecretKeySpec messageKey = primitives.messageKey(key, salt, messageBytes);
        int start = plain.readerIndex();
        for (int segment = 0; segment < segments; segment++) {
            int index = start + segment * GcmFormat.PLAIN_SEGMENT_BYTES;
            int length = Math.min(GcmFormat.PLAIN_SEGMENT_BYTES, start + plainBytes - index);
            plain.getBytes(index, primitives.input, 0, length);
            primitives.encryptSegment(messageKey, prefix, segment, segment == segments - 1, length);
            plain.setBytes(index, primitives.output, 0, length);
            added.writeBytes(primitives.output, length, GcmFormat.TAG_BYTES);
        }
    }
}
