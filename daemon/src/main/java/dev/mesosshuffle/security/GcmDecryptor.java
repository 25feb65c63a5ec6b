package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Decrypts what is received, segment by segment as the bytes arrive. It keeps no more than one segment of them, and passes
 * nothing on that is not verified. A message's length sizes nothing.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class GcmDecryptor implements AutoCloseable {
    private final byte[] key;
    private final byte[] salt;
    private final byte[] prefix = new byte[GcmFormat.PREFIX_BYTES];

    /** The bytes of an incomplete head or segment; null if there are none. */
    private @Nullable ByteBuf kept;

    private boolean inMessage;
    private long messageBytes;
    /** The bytes of the message's segments that are not decrypted yet. */
    private long remainingBytes;

    private int segment;
    private @Nullable SecretKeySpec messageKey;

    GcmDecryptor(byte[] key) {
        this.key = key;
        this.salt = new byte[key.length];
    }

    /**
     * Takes all of some received bytes.
     *
     * @param received is read, and not released
     * @return what they decrypt to, which the caller releases; null if nothing is complete
     * @throws ProtectionException if they are not genuine; nothing more may be decrypted then
     */
    @Nullable
    ByteBuf decrypt(ByteBufAllocator allocator, ByteBuf received) throws ProtectionException {
        GcmPrimitives primitives = GcmPrimitives.ofThread();
        ByteBuf plain = null;
        boolean done = false;
        try {
            while (inMessage || readHead(allocator, received, primitives)) {
                if (remainingBytes > 0) {
                    int length = (int) Math.min(GcmFormat.SEGMENT_BYTES, remainingBytes);
                    if (!take(allocator, received, length, primitives.input)) {
                        break;
                    }
                    int plainBytes = decryptSegment(primitives, length);
                    if (plain == null) {
                        // Room for what is here, not for what is announced.
                        plain = allocator.buffer(plainBytes + received.readableBytes());
                    }
                    plain.writeBytes(primitives.output, 0, plainBytes);
                    remainingBytes -= length;
                    segment++;
                }
                inMessage = remainingBytes > 0;
            }
            done = true;
            return plain;
        } finally {
            if (!done && plain != null) {
                plain.release();
            }
        }
    }

    /** Whether a message has begun that is not complete. */
    boolean isMessageIncomplete() {
        return inMessage || kept != null;
    }

    /** Begins a message, if its head is there. */
    private boolean readHead(ByteBufAllocator allocator, ByteBuf received, GcmPrimitives primitives)
            throws ProtectionException {
        byte[] head = primitives.input;
        int headBytes = GcmFormat.headBytes(key.length);
        if (!take(allocator, received, headBytes, head)) {
            return false;
        }
        messageBytes = readLong(head);
        int headerBytes = head[GcmFormat.LENGTH_BYTES];
        if (headerBytes != GcmFormat.headerBytes(key.length)) {
            throw new ProtectionException("an AES/GCM message has a header of " + headerBytes + " bytes (expected: "
                    + GcmFormat.headerBytes(key.length) + ")");
        }
        if (!GcmFormat.isPossibleLength(messageBytes, key.length)) {
            throw new ProtectionException("an AES/GCM message has a length of " + messageBytes + " bytes (expected: "
                    + headBytes + " to " + GcmFormat.MAX_MESSAGE_BYTES + ", and a tag for each segment)");
        }
        int saltStart = GcmFormat.LENGTH_BYTES + 1;
        System.arraycopy(head, saltStart, salt, 0, salt.length);
        System.arraycopy(head, saltStart + salt.length, prefix, 0, prefix.length);
        inMessage = true;
        remainingBytes = messageBytes - headBytes;
        segment = 0;
        messageKey = null;
        return true;
    }

    private int decryptSegment(GcmPrimitives primitives, int segmentBytes) throws ProtectionException {
        SecretKeySpec known = messageKey;
        if (known == null) {
            // Not before there is something to decrypt.
            known = primitives.messageKey(key, salt, messageBytes);
            messageKey = known;
        }
        int plainBytes =
                primitives.decryptSegment(known, prefix, segment, segmentBytes == remainingBytes, segmentBytes);
        if (plainBytes < 0) {
            throw new ProtectionException("an AES/GCM message of " + messageBytes
                    + " bytes is not genuine: it was changed on its way, or its sender uses another key");
        }
        return plainBytes;
    }

    private static long readLong(byte[] bytes) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return value;
    }

    /** Moves the next bytes to an array if there are enough; keeps them otherwise. */
    private boolean take(ByteBufAllocator allocator, ByteBuf received, int wanted, byte[] target) {
        ByteBuf earlier = kept;
        int available = received.readableBytes();
        if (earlier == null) {
            if (available >= wanted) {
                received.readBytes(target, 0, wanted);
                return true;
            }
            if (available > 0) {
                kept = allocator.buffer(available, wanted).writeBytes(received);
            }
            return false;
        }
        earlier.writeBytes(received, Math.min(available, wanted - earlier.readableBytes()));
        if (earlier.readableBytes() < wanted) {
            return false;
        }
        earlier.readBytes(target, 0, wanted);
        close();
        return true;
    }

    /** Releases what is kept. */
    @Override
    public void close() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
