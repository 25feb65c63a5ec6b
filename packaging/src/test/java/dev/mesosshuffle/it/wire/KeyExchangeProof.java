package dev.mesosshuffle.it.wire;

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
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's end of the exchange of X25519 keys. */
public final class KeyExchangeProof {
    private static final int TAG = 0xfb;
    private static final String CURVE = "X25519";
    private static final byte[] KEY_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");
    private static final int PUBLIC_KEY_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String appId;
    private final byte[] secret;
    private final KeyPair pair;
    private final byte[] message;

    public KeyExchangeProof(String appId, String secret) throws GeneralSecurityException {
        this.appId = appId;
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.pair = KeyPairGenerator.getInstance(CURVE).generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        this.message = message(appId, secret, Arrays.copyOfRange(encoded, KEY_PREFIX.length, encoded.length));
    }

    /** A message with whichever public key of 32 bytes, encrypted under the secret. */
    public static byte[] message(String appId, String secret, byte[] publicKey) throws GeneralSecurityException {
        byte[] salt = random(SALT_BYTES);
        byte[] iv = random(IV_BYTES);
        byte[] sealed = seal(Cipher.ENCRYPT_MODE, appId, secret.getBytes(StandardCharsets.UTF_8), salt, iv)
                .doFinal(publicKey);
        return WireMessages.message(TAG, out -> {
            WireMessages.string(out, appId);
            WireMessages.bytes(out, salt);
            WireMessages.bytes(out, concatenated(iv, sealed));
        });
    }

    private static Cipher seal(int mode, String appId, byte[] secret, byte[] salt, byte[] iv, byte... transcript)
            throws GeneralSecurityException {
        byte[] authenticated = concatenated(appId.getBytes(StandardCharsets.UTF_8), salt, transcript);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        SecretKeySpec key = new SecretKeySpec(derive(secret, salt, authenticated), "AES");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(authenticated);
        return cipher;
    }

    /** HKDF of RFC 5869, for one block of output at most. */
    private static byte[] derive(byte[] input, byte[] salt, byte[] info) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(salt, "HmacSHA256"));
        mac.init(new SecretKeySpec(mac.doFinal(input), "HmacSHA256"));
        mac.update(info);
        return Arrays.copyOf(mac.doFinal(new byte[] {1}), KEY_BYTES);
    }

    public byte[] message() {
        return message;
    }

    /** Encrypts the client's connection by what the service's answer agrees on. */
    public void protect(WireClient client, byte[] reply) throws IOException, GeneralSecurityException {
        ByteBuffer fields = ByteBuffer.wrap(reply, 1, reply.length - 1);
        WireMessages.readBytes(fields);
        byte[] salt = WireMessages.readBytes(fields);
        byte[] sealed = WireMessages.readBytes(fields);
        byte[] iv = Arrays.copyOf(sealed, IV_BYTES);
        byte[] serviceKey = seal(Cipher.DECRYPT_MODE, appId, secret, salt, iv, message)
                .doFinal(sealed, IV_BYTES, PUBLIC_KEY_BYTES + TAG_BITS / Byte.SIZE);
        KeyAgreement agreement = KeyAgreement.getInstance(CURVE);
        agreement.init(pair.getPrivate());
        agreement.doPhase(
                KeyFactory.getInstance(CURVE)
                        .generatePublic(new X509EncodedKeySpec(concatenated(KEY_PREFIX, serviceKey))),
                true);
        byte[] shared = agreement.generateSecret();
        byte[] transcript = concatenated(message, reply);
        client.protectBy(
                ChallengeProof.ctr(Cipher.ENCRYPT_MODE, shared, derive(shared, transcript, ascii("outputIv"))),
                ChallengeProof.ctr(Cipher.DECRYPT_MODE, shared, derive(shared, transcript, ascii("inputIv"))));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static byte[] concatenated(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }
}
