package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with HMAC-SHA-256, RFC 5869. */
final class HkdfSha256 {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int HASH_BYTES = 32;

    private HkdfSha256() {}

    /**
     * Derives a key.
     *
     * @param inputKey the key to derive it from
     * @param salt not empty
     * @param info what the key is for
     * @param length in bytes, at most 255 times 32
     */
    static byte[] derive(byte[] inputKey, byte[] salt, byte[] info, int length) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(new SecretKeySpec(salt, ALGORITHM));
        byte[] pseudoRandomKey = mac.doFinal(inputKey);
        mac.init(new SecretKeySpec(pseudoRandomKey, ALGORITHM));
        byte[] result = new byte[length];
        byte[] block = new byte[0];
        for (int done = 0, counter = 1; done < length; done += HASH_BYTES, counter++) {
            mac.update(block);
            mac.update(info);
            block = mac.doFinal(new byte[] {(byte) counter});
            System.arraycopy(block, 0, result, done, Math.min(HASH_BYTES, length - done));
        }
        Arrays.fill(pseudoRandomKey, (byte) 0);
        return result;
    }
}
