package dev.mesosshuffle.security;

import java.util.Set;

/**
 * The challenge of clients up to 3.1.2: {@code FA | appId | kdf | iterations | cipher | keyBits | nonce | challenge}. The client
 * chooses how much work it makes before it has proved anything, so the choice is bounded.
 */
final class ChallengeRequest {
    static final String TRANSFORMATION = "AES/CTR/NoPadding";

    /** 64 times the default. About 0.1 s of CPU. */
    static final int MAX_ITERATIONS = 65_536;

    private static final int MAX_NAME_BYTES = 64;
    private static final Set<String> KEY_FUNCTIONS =
            Set.of("PBKDF2WithHmacSHA1", "PBKDF2WithHmacSHA256", "PBKDF2WithHmacSHA512");
    private static final Set<Integer> KEY_BITS = Set.of(128, 192, 256);

    private final String appId;
    private final String keyFunction;
    private final int iterations;
    private final int keyBits;
    private final byte[] nonce;
    private final byte[] challenge;

    private ChallengeRequest(FieldReader fields) throws HandshakeException {
        fields.tag();
        appId = ClaimedAppId.read(fields);
        keyFunction = fields.text("key function", MAX_NAME_BYTES);
        iterations = fields.number("iterations");
        String cipher = fields.text("cipher", MAX_NAME_BYTES);
        keyBits = fields.number("key length");
        nonce = fields.bytes("nonce", 1, ServerHandshake.MAX_MESSAGE_BYTES);
        challenge = fields.bytes("challenge", 1, ServerHandshake.MAX_MESSAGE_BYTES);
        fields.end();
        admit(KEY_FUNCTIONS.contains(keyFunction), "key function", "one of PBKDF2WithHmacSHA1, -SHA256, -SHA512");
        admit(iterations >= 1 && iterations <= MAX_ITERATIONS, iterations + " iterations", "1 to " + MAX_ITERATIONS);
        admit(cipher.equals(TRANSFORMATION), "cipher", TRANSFORMATION);
        admit(KEY_BITS.contains(keyBits), "key of " + keyBits + " bits", "128, 192 or 256");
    }

    static ChallengeRequest decode(byte[] message) throws HandshakeException {
        return new ChallengeRequest(new FieldReader(message));
    }

    private static void admit(boolean isAdmitted, String found, String expected) throws HandshakeException {
        if (!isAdmitted) {
            throw new HandshakeException(
                    RefusalReason.NOT_ADMITTED,
                    RefusalTexts.illegalArgument(found + ": not admitted (expected: " + expected + ")"));
        }
    }

    String appId() {
        return appId;
    }

    String keyFunction() {
        return keyFunction;
    }

    int iterations() {
        return iterations;
    }

    int keyBits() {
        return keyBits;
    }

    byte[] nonce() {
        return nonce;
    }

    /** Encrypted. */
    byte[] challenge() {
        return challenge;
    }
}
