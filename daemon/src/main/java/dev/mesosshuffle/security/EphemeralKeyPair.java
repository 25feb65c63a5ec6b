package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;

/** A key pair of X25519, RFC 7748, for one key exchange. */
final class EphemeralKeyPair {
    static final int PUBLIC_KEY_BYTES = 32;

    private static final String ALGORITHM = "X25519";

    /** What the JDK wants before the 32 bytes: SubjectPublicKeyInfo of RFC 8410. */
    private static final byte[] ENCODING_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");

    private final KeyPair pair;

    private EphemeralKeyPair(KeyPair pair) {
        this.pair = pair;
    }

    static EphemeralKeyPair generate(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
        generator.initialize(NamedParameterSpec.X25519, random);
        return new EphemeralKeyPair(generator.generateKeyPair());
    }

    byte[] publicKey() {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, ENCODING_PREFIX.length, encoded.length);
    }

    /**
     * Agrees on the shared secret.
     *
     * @param peerKey the peer's public key, 32 bytes
     * @throws InvalidKeyException if it is a point of low order, with which everybody can compute the secret
     */
    byte[] agree(byte[] peerKey) throws GeneralSecurityException {
        byte[] encoded = Arrays.copyOf(ENCODING_PREFIX, ENCODING_PREFIX.length + PUBLIC_KEY_BYTES);
        System.arraycopy(peerKey, 0, encoded, ENCODING_PREFIX.length, PUBLIC_KEY_BYTES);
        KeyAgreement agreement = KeyAgreement.getInstance(ALGORITHM);
        agreement.init(pair.getPrivate());
        agreement.doPhase(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)), true);
        byte[] secret = agreement.generateSecret();
        // The JDK refuses such points by itself; another provider may not.
        if (MessageDigest.isEqual(secret, new byte[secret.length])) {
            throw new InvalidKeyException("point of low order");
        }
        return secret;
    }
}
