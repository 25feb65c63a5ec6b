package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts public keys under the secret, by AES-128-GCM: {@code iv | key | tag}. Only who knows the secret can make one that
 * opens, which is the proof. The salt, the id and what was said before are authenticated with it.
 */
final class PublicKeySeal {
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /** The length of a public key that is encrypted. */
    static final int SEALED_BYTES = IV_BYTES + EphemeralKeyPair.PUBLIC_KEY_BYTES + TAG_BYTES;

    private static final int KEY_BYTES = 16;

    private final byte[] secret;
    private final String appId;

    /**
     * Creates one.
     *
     * @param secret kept as it is; the caller clears it
     */
    PublicKeySeal(byte[] secret, String appId) {
        this.secret = secret;
        this.appId = appId;
    }

    KeyExchangeMessage seal(byte[] publicKey, byte[] transcript, SecureRandom random) throws GeneralSecurityException {
        byte[] salt = new byte[KeyExchangeMessage.SALT_BYTES];
        random.nextBytes(salt);
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(iv);
        byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, iv, salt, transcript).doFinal(publicKey);
        byte[] sealedKey =
                ByteBuffer.allocate(SEALED_BYTES).put(iv).put(encrypted).array();
        return new KeyExchangeMessage(appId, salt, sealedKey);
    }

    /**
     * Decrypts a public key.
     *
     * @throws javax.crypto.AEADBadTagException if it was encrypted under another secret, or changed
     */
    byte[] open(KeyExchangeMessage message, byte[] transcript) throws GeneralSecurityException {
        byte[] iv = Arrays.copyOf(message.sealedKey(), IV_BYTES);
        return cipher(Cipher.DECRYPT_MODE, iv, message.salt(), transcript)
                .doFinal(message.sealedKey(), IV_BYTES, SEALED_BYTES - IV_BYTES);
    }

    private Cipher cipher(int mode, byte[] iv, byte[] salt, byte[] transcript) throws GeneralSecurityException {
        byte[] id = appId.getBytes(StandardCharsets.UTF_8);
        byte[] authenticated = ByteBuffer.allocate(id.length + salt.length + transcript.length)
                .put(id)
                .put(salt)
                .put(transcript)
                .array();
        byte[] key = HkdfSha256.derive(secret, salt, authenticated, KEY_BYTES);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv));
        cipher.updateAAD(authenticated);
        return cipher;
    }
}
