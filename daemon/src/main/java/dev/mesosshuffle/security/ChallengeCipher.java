package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Decrypts a challenge and encrypts its answer by AES/CTR. Both begin with the same value, which is how Spark's clients have it
 * (CVE-2021-38296), and each goes on where it ended before.
 */
final class ChallengeCipher {
    static final int IV_BYTES = 16;

    private final Cipher decryptor;
    private final Cipher encryptor;

    /**
     * Creates one.
     *
     * @param nonce the client's; cut, or padded with zeros, to what the cipher begins with
     */
    ChallengeCipher(byte[] key, byte[] nonce) throws GeneralSecurityException {
        byte[] iv = Arrays.copyOf(nonce, IV_BYTES);
        decryptor = cipher(Cipher.DECRYPT_MODE, key, iv);
        encryptor = cipher(Cipher.ENCRYPT_MODE, key, iv);
    }

    private static Cipher cipher(int mode, byte[] key, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(ChallengeRequest.TRANSFORMATION);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return cipher;
    }

    byte[] decrypt(byte[] bytes) {
        return decryptor.update(bytes);
    }

    byte[] encrypt(byte[] bytes) {
        return encryptor.update(bytes);
    }
}
