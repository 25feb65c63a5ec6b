package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's part of the handshake of Spark 3.1.3 and newer, in one round trip: X25519 keys, encrypted under the secret. The
 * session's key is of version 1, which is the default of every Spark.
 */
final class KeyExchange {
    private static final byte TAG = (byte) 0xFB;
    private static final int SALT_BYTES = 16;
    private static final int IV_BYTES = 12;
    private static final int PUBLIC_KEY_BYTES = 32;
    private static final int TAG_BYTES = 16;
    private static final int SEALED_BYTES = IV_BYTES + PUBLIC_KEY_BYTES + TAG_BYTES;
    private static final int DERIVED_BYTES = 16;
    private static final String ALGORITHM = "X25519";

    /** What stands before the 32 bytes where the JDK reads and writes a public key. */
    private static final byte[] ENCODING_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");

    private static final byte[] NOTHING_BEFORE = {};

    private final byte[] appId;
    private final byte[] secret;
    private final SecureRandom random;

    KeyExchange(String appId, String secret, SecureRandom random) {
        this.appId = appId.getBytes(StandardCharsets.UTF_8);
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.random = random;
    }

    SessionKeys run(HandshakeChannel channel) throws IOException, GeneralSecurityException {
        KeyPair own = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        byte[] request = request(own);
        byte[] reply = channel.call(request);
        byte[] shared = agree(own, publicKey(reply, request));
        byte[] transcript = concat(request, reply);
        return new SessionKeys(
                shared,
                Hkdf.derive(shared, transcript, "outputIv".getBytes(StandardCharsets.US_ASCII), DERIVED_BYTES),
                Hkdf.derive(shared, transcript, "inputIv".getBytes(StandardCharsets.US_ASCII), DERIVED_BYTES));
    }

    private byte[] request(KeyPair own) throws GeneralSecurityException {
        byte[] encoded = own.getPublic().getEncoded();
        byte[] salt = random(SALT_BYTES);
        byte[] iv = random(IV_BYTES);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, iv, salt, NOTHING_BEFORE)
                .doFinal(encoded, ENCODING_PREFIX.length, PUBLIC_KEY_BYTES);
        return ByteBuffer.allocate(1 + 3 * Integer.BYTES + appId.length + SALT_BYTES + SEALED_BYTES)
                .put(TAG)
                .putInt(appId.length)
                .put(appId)
                .putInt(SALT_BYTES)
                .put(salt)
                .putInt(SEALED_BYTES)
                .put(iv)
                .put(sealed)
                .array();
    }

    /** The service's key, which only opens if the service knows the secret. */
    private byte[] publicKey(byte[] reply, byte[] request) throws IOException, GeneralSecurityException {
        byte[] salt = new byte[SALT_BYTES];
        byte[] sealed = new byte[SEALED_BYTES];
        int expected = request.length;
        if (reply.length != expected || reply[0] != TAG) {
            throw new IOException("answer of " + reply.length + " bytes (expected: " + expected + " of them)");
        }
        ByteBuffer.wrap(reply)
                .position(1 + Integer.BYTES + appId.length + Integer.BYTES)
                .get(salt)
                .position(reply.length - SEALED_BYTES)
                .get(sealed);
        return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, IV_BYTES), salt, request)
                .doFinal(sealed, IV_BYTES, SEALED_BYTES - IV_BYTES);
    }

    private Cipher cipher(int mode, byte[] iv, byte[] salt, byte[] transcript) throws GeneralSecurityException {
        byte[] authenticated = concat(concat(appId, salt), transcript);
        byte[] key = Hkdf.derive(secret, salt, authenticated, DERIVED_BYTES);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv));
        cipher.updateAAD(authenticated);
        return cipher;
    }

    private static byte[] agree(KeyPair own, byte[] peerKey) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance(ALGORITHM);
        agreement.init(own.getPrivate());
        agreement.doPhase(
                KeyFactory.getInstance(ALGORITHM)
                        .generatePublic(new X509EncodedKeySpec(concat(ENCODING_PREFIX, peerKey))),
                true);
        return agreement.generateSecret();
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
