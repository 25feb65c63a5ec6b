package dev.mesosshuffle.it.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's end of the challenge of Spark before 3.1.3. */
public final class ChallengeProof {
    private static final int TAG = 0xfa;
    private static final int NONCE_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String secret;
    private final Wishes wishes;
    private final Cipher decryptor;
    private final byte[] message;

    /**
     * What the client chooses of how keys are made.
     *
     * @param keyBits their length
     */
    public record Wishes(String keyFunction, int iterations, String cipher, int keyBits) {
        /** What Spark's clients choose. */
        public static final Wishes USUAL = new Wishes("PBKDF2WithHmacSHA1", 1024, "AES/CTR/NoPadding", 128);

        public Wishes withIterations(int count) {
            return new Wishes(keyFunction, count, cipher, keyBits);
        }
    }

    public ChallengeProof(String appId, String secret) throws GeneralSecurityException {
        this(appId, secret, Wishes.USUAL);
    }

    /** With other wishes than usual, which this end can fulfil. */
    public ChallengeProof(String appId, String secret, Wishes wishes) throws GeneralSecurityException {
        this.secret = secret;
        this.wishes = wishes;
        byte[] nonce = random();
        byte[] key = derive(secret, nonce, wishes);
        decryptor = ctr(Cipher.DECRYPT_MODE, key, nonce);
        byte[] claim =
                KeyExchangeProof.concatenated(appId.getBytes(StandardCharsets.UTF_8), nonce, new byte[] {1, 2, 3});
        message = message(
                appId, wishes, nonce, ctr(Cipher.ENCRYPT_MODE, key, nonce).update(claim));
    }

    /** A message with any content. */
    public static byte[] message(String appId, Wishes wishes, byte[] nonce, byte[] challenge) {
        return WireMessages.message(TAG, out -> {
            WireMessages.string(out, appId);
            WireMessages.string(out, wishes.keyFunction());
            out.writeInt(wishes.iterations());
            WireMessages.string(out, wishes.cipher());
            out.writeInt(wishes.keyBits());
            WireMessages.bytes(out, nonce);
            WireMessages.bytes(out, challenge);
        });
    }

    private static byte[] derive(String secret, byte[] nonce, Wishes wishes) throws GeneralSecurityException {
        return SecretKeyFactory.getInstance(wishes.keyFunction())
                .generateSecret(new PBEKeySpec(secret.toCharArray(), nonce, wishes.iterations(), wishes.keyBits()))
                .getEncoded();
    }

    static Cipher ctr(int mode, byte[] key, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return cipher;
    }

    public byte[] message() {
        return message;
    }

    /** Encrypts the client's connection by what the service's answer agrees on. */
    public void protect(WireClient client, byte[] reply) throws IOException, GeneralSecurityException {
        ByteBuffer fields = ByteBuffer.wrap(reply, 1, reply.length - 1);
        decryptor.update(WireMessages.readBytes(fields));
        byte[] key = derive(secret, decryptor.update(WireMessages.readBytes(fields)), wishes);
        Cipher receiving = ctr(Cipher.DECRYPT_MODE, key, decryptor.update(WireMessages.readBytes(fields)));
        Cipher sending = ctr(Cipher.ENCRYPT_MODE, key, decryptor.update(WireMessages.readBytes(fields)));
        client.protectBy(sending, receiving);
    }

    private static byte[] random() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
