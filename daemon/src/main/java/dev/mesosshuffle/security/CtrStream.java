package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of an AES/CTR connection: a running key stream, with which each byte is combined. To encrypt and to decrypt
 * are the same.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class CtrStream {
    /**
     * Bytes are copied so many at a time: the JDK is two to three times as fast between two different arrays as within one,
     * or in direct buffers, and makes no garbage then.
     */
    static final int STEP_BYTES = 16 * 1024;

    private static final FastThreadLocal<Step> STEP = new FastThreadLocal<>() {
        @Override
        protected Step initialValue() {
            return new Step();
        }
    };

    private final Cipher cipher;

    /** The arrays of one thread. */
    private static final class Step {
        private final byte[] input = new byte[STEP_BYTES];
        private final byte[] output = new byte[STEP_BYTES];
    }

    /**
     * Begins a stream.
     *
     * @param key 16, 24 or 32 bytes
     * @param iv 16 bytes
     */
    CtrStream(byte[] key, byte[] iv) {
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES/CTR is not available", e);
        }
    }

    /** Replaces the readable bytes. */
    void apply(ByteBuf bytes) {
        Step step = STEP.get();
        int end = bytes.writerIndex();
        for (int index = bytes.readerIndex(); index < end; index += STEP_BYTES) {
            int length = Math.min(STEP_BYTES, end - index);
            bytes.getBytes(index, step.input, 0, length);
            apply(step.input, length, step.output);
            bytes.setBytes(index, step.output, 0, length);
        }
    }

    /** Combines the first bytes of an array into another one. */
    void apply(byte[] input, int length, byte[] output) {
        try {
            int done = cipher.update(input, 0, length, output, 0);
            if (done != length) {
                throw new IllegalStateException("AES/CTR returned " + done + " bytes (expected: " + length + ")");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
