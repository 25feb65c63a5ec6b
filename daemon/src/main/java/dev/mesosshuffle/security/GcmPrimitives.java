package dev.mesosshuffle.security;

import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What AES/GCM needs and a thread can keep: the JDK's ciphers, which take longer to find than to use, and the arrays between
 * which they work.
 *
 * <p><b>Concurrency:</b> one instance for each thread. Nothing in it outlives a call, so connections share it.
 */
final class GcmPrimitives {
    private static final String HMAC = "HmacSHA256";
    private static final int TAG_BITS = 8 * GcmFormat.TAG_BYTES;

    private static final FastThreadLocal<GcmPrimitives> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected GcmPrimitives initialValue() throws GeneralSecurityException {
            return new GcmPrimitives();
        }
    };

    /** What is to be encrypted or decrypted. */
    final byte[] input = new byte[GcmFormat.SEGMENT_BYTES];

    /** What it becomes. */
    final byte[] output = new byte[GcmFormat.SEGMENT_BYTES];

    /** For the salts and prefixes of what is sent. */
    final KeyStreamRandom random = new KeyStreamRandom(new SecureRandom());

    private final byte[] nonce = new byte[GcmFormat.NONCE_BYTES];
    private final ByteBuffer length = ByteBuffer.allocate(Long.BYTES);
    private final Cipher encryption = Cipher.getInstance("AES/GCM/NoPadding");
    private final Cipher decryption = Cipher.getInstance("AES/GCM/NoPadding");
    private final Mac mac = Mac.getInstance(HMAC);

    private GcmPrimitives() throws GeneralSecurityException {}

    static GcmPrimitives ofThread() {
        return OF_THREAD.get();
    }

    /** The key of one message, as long as the session's: HKDF, of which one block is enough. */
    SecretKeySpec messageKey(byte[] sessionKey, byte[] salt, long messageBytes) {
        try {
            mac.init(new SecretKeySpec(salt, HMAC));
            byte[] extracted = mac.doFinal(sessionKey);
            mac.init(new SecretKeySpec(extracted, HMAC));
            mac.update(length.putLong(0, messageBytes).array());
            mac.update((byte) 1);
            return new SecretKeySpec(mac.doFinal(), 0, sessionKey.length, "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Encrypts the first bytes of {@link #input} into {@link #output}, where the tag follows them. */
    void encryptSegment(SecretKeySpec key, byte[] prefix, int segment, boolean last, int plainBytes) {
        try {
            encryption.init(Cipher.ENCRYPT_MODE, key, nonce(prefix, segment, last));
            encryption.doFinal(input, 0, plainBytes, output, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Verifies and decrypts the first bytes of {@link #input}, a segment with its tag, into {@link #output}.
     *
     * @return the number of decrypted bytes; -1 if the segment is not genuine, and then nothing in the output may be used
     */
    int decryptSegment(SecretKeySpec key, byte[] prefix, int segment, boolean last, int segmentBytes) {
        try {
            decryption.init(Cipher.DECRYPT_MODE, key, nonce(prefix, segment, last));
            return decryption.doFinal(input, 0, segmentBytes, output, 0);
        } catch (AEADBadTagException e) {
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private GCMParameterSpec nonce(byte[] prefix, int segment, boolean last) {
        ByteBuffer.wrap(nonce).put(prefix).putInt(segment).put((byte) (last ? 1 : 0));
        return new GCMParameterSpec(TAG_BITS, nonce);
    }
}
