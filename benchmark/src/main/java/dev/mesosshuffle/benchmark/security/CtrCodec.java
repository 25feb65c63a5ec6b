package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Spark's AES/CTR: one key stream for each direction, without frames. */
final class CtrCodec implements WireCodec {
    /** Between two arrays, and so many bytes at a time, the JDK is fastest. */
    private static final int STEP_BYTES = 16 * 1024;

    private final Cipher encryption;
    private final Cipher decryption;
    private final byte[] input = new byte[STEP_BYTES];
    private final byte[] output = new byte[STEP_BYTES];

    CtrCodec(SessionKeys keys) throws GeneralSecurityException {
        encryption = cipher(Cipher.ENCRYPT_MODE, keys.key(), keys.sendIv());
        decryption = cipher(Cipher.DECRYPT_MODE, keys.key(), keys.receiveIv());
    }

    private static Cipher cipher(int mode, byte[] key, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return cipher;
    }

    @Override
    public ByteBuffer encode(ByteBuffer plain) throws IOException {
        ByteBuffer wire = ByteBuffer.allocate(plain.remaining());
        apply(encryption, plain, wire::put);
        return wire.flip();
    }

    @Override
    public void decode(ByteBuffer wire, Plain plain) throws IOException {
        apply(decryption, wire, plain);
    }

    private void apply(Cipher cipher, ByteBuffer from, Plain to) throws IOException {
        while (from.hasRemaining()) {
            int step = Math.min(STEP_BYTES, from.remaining());
            from.get(input, 0, step);
            try {
                to.accept(ByteBuffer.wrap(output, 0, cipher.update(input, 0, step, output, 0)));
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
    }
}
