package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Spark's AES/GCM. A message is its length (8 bytes, itself included), the length of its header (1 byte), a salt as long as
 * the key, a prefix of the nonces (7 bytes), and segments of 32 KiB, the last one shorter.
 */
final class GcmCodec implements WireCodec {
    private static final int SEGMENT_BYTES = 32 * 1024;
    private static final int TAG_BYTES = 16;
    private static final int PLAIN_SEGMENT_BYTES = SEGMENT_BYTES - TAG_BYTES;
    private static final int PREFIX_BYTES = 7;
    private static final int NONCE_BYTES = 12;

    private final byte[] key;
    private final int headBytes;
    private final SecureRandom random;
    private final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    private final byte[] output = new byte[SEGMENT_BYTES];
    private final byte[] plainSegment = new byte[PLAIN_SEGMENT_BYTES];

    private final Piece head;
    private final Piece piece = new Piece(SEGMENT_BYTES);
    private final byte[] prefix = new byte[PREFIX_BYTES];
    /** Of the message that is being received. */
    private SecretKeySpec messageKey;
    /** Bytes of its segments that have not been decrypted yet. */
    private long remaining;

    private int segment;

    GcmCodec(SessionKeys keys, SecureRandom random) throws GeneralSecurityException {
        this.key = keys.key();
        this.headBytes = Long.BYTES + 1 + key.length + PREFIX_BYTES;
        this.random = random;
        this.head = new Piece(headBytes);
        this.messageKey = new SecretKeySpec(key, "AES");
    }

    @Override
    public ByteBuffer encode(ByteBuffer plain) throws IOException {
        int segments = (plain.remaining() + PLAIN_SEGMENT_BYTES - 1) / PLAIN_SEGMENT_BYTES;
        int length = headBytes + plain.remaining() + segments * TAG_BYTES;
        byte[] salt = new byte[key.length];
        random.nextBytes(salt);
        byte[] newPrefix = new byte[PREFIX_BYTES];
        random.nextBytes(newPrefix);
        ByteBuffer wire = ByteBuffer.allocate(length)
                .putLong(length)
                .put((byte) (headBytes - Long.BYTES))
                .put(salt)
                .put(newPrefix);
        try {
            SecretKeySpec newKey = messageKey(salt, length);
            for (int i = 0; i < segments; i++) {
                int run = Math.min(PLAIN_SEGMENT_BYTES, plain.remaining());
                plain.get(plainSegment, 0, run);
                cipher.init(Cipher.ENCRYPT_MODE, newKey, nonce(newPrefix, i, i == segments - 1));
                wire.put(output, 0, cipher.doFinal(plainSegment, 0, run, output, 0));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        return wire.flip();
    }

    @Override
    public void decode(ByteBuffer wire, Plain plain) throws IOException {
        while (wire.hasRemaining()) {
            if (remaining > 0) {
                decodeSegment(wire, plain);
            } else if (head.fill(wire, headBytes)) {
                startMessage(ByteBuffer.wrap(head.bytes));
                head.clear();
            }
        }
    }

    private void startMessage(ByteBuffer bytes) throws IOException {
        long length = bytes.getLong();
        byte headerBytes = bytes.get();
        if (headerBytes != headBytes - Long.BYTES || length < headBytes) {
            throw new IOException("message of " + length + " bytes with a header of " + headerBytes
                    + " (expected: a header of " + (headBytes - Long.BYTES) + ")");
        }
        byte[] salt = new byte[key.length];
        bytes.get(salt).get(prefix);
        try {
            messageKey = messageKey(salt, length);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        remaining = length - headBytes;
        segment = 0;
    }

    private void decodeSegment(ByteBuffer wire, Plain plain) throws IOException {
        int length = (int) Math.min(SEGMENT_BYTES, remaining);
        if (!piece.fill(wire, length)) {
            return;
        }
        piece.clear();
        remaining -= length;
        try {
            cipher.init(Cipher.DECRYPT_MODE, messageKey, nonce(prefix, segment++, remaining == 0));
            plain.accept(ByteBuffer.wrap(output, 0, cipher.doFinal(piece.bytes, 0, length, output, 0)));
        } catch (GeneralSecurityException e) {
            throw new IOException("a segment of " + length + " bytes is not genuine", e);
        }
    }

    private SecretKeySpec messageKey(byte[] salt, long length) throws GeneralSecurityException {
        byte[] info = ByteBuffer.allocate(Long.BYTES).putLong(length).array();
        return new SecretKeySpec(Hkdf.derive(key, salt, info, key.length), "AES");
    }

    private static GCMParameterSpec nonce(byte[] prefix, int segment, boolean last) {
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .put(prefix)
                .putInt(segment)
                .put((byte) (last ? 1 : 0))
                .array();
        return new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce);
    }
}
