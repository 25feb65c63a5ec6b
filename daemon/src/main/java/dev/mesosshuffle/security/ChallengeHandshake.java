package dev.mesosshuffle.security;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * The handshake of clients up to Spark 3.1.2. The client encrypts the id, its nonce and a number under a key of the secret; the
 * answer is the number plus one, and what the session's key follows from. For any thread.
 */
final class ChallengeHandshake {
    private static final int SESSION_NONCE_BYTES = 16;

    private final SecretLookup secrets;
    private final SecureRandom random;

    ChallengeHandshake(SecretLookup secrets, SecureRandom random) {
        this.secrets = secrets;
        this.random = random;
    }

    /** Whether its only cipher and its only kind of key are. */
    static boolean isAdmitted(AuthenticationSettings settings) {
        return settings.crypto()
                && settings.modes().contains(AesMode.CTR)
                && settings.keyVersions().contains(KeyVersion.V1);
    }

    HandshakeOutcome answer(byte[] message) throws HandshakeException, GeneralSecurityException {
        ChallengeRequest request = ChallengeRequest.decode(message);
        SecretLookup.Found found = secrets.find(request.appId());
        char[] secret = found.secret().characters();
        try {
            ChallengeCipher cipher =
                    new ChallengeCipher(ChallengeKey.derive(secret, request.nonce(), request), request.nonce());
            byte[] expected = concatenated(request.appId().getBytes(StandardCharsets.UTF_8), request.nonce());
            byte[] decrypted = cipher.decrypt(request.challenge());
            byte[] prefix = Arrays.copyOf(decrypted, expected.length);
            if (!MessageDigest.isEqual(prefix, expected) || decrypted.length <= expected.length || !found.isKnown()) {
                return new HandshakeOutcome.Refused(RefusalTexts.FAILED, request.appId(), found.refusal(), false);
            }
            byte[] number = Arrays.copyOfRange(decrypted, expected.length, decrypted.length);
            return authenticated(request, cipher, concatenated(expected, plusOne(number)), secret);
        } finally {
            Arrays.fill(secret, '\0');
        }
    }

    private HandshakeOutcome authenticated(
            ChallengeRequest request, ChallengeCipher cipher, byte[] response, char[] secret)
            throws GeneralSecurityException {
        byte[] sessionNonce = randomBytes(SESSION_NONCE_BYTES);
        byte[] receiveIv = randomBytes(ChallengeCipher.IV_BYTES);
        byte[] sendIv = randomBytes(ChallengeCipher.IV_BYTES);
        // In the order in which the client decrypts them.
        byte[][] fields = {
            cipher.encrypt(response), cipher.encrypt(sessionNonce), cipher.encrypt(sendIv), cipher.encrypt(receiveIv)
        };
        AesSession session = new AesSession(
                Map.of(KeyVersion.V1, ChallengeKey.derive(secret, sessionNonce, request)),
                Set.of(AesMode.CTR),
                sendIv,
                receiveIv);
        return new HandshakeOutcome.Authenticated(
                encode(fields), request.appId(), new ConnectionProtection.Aes(session));
    }

    private static ByteBuffer encode(byte[][] fields) {
        int length = 1;
        for (byte[] field : fields) {
            length += Integer.BYTES + field.length;
        }
        ByteBuffer reply = ByteBuffer.allocate(length).put(MessageTags.CHALLENGE_RESPONSE);
        for (byte[] field : fields) {
            reply.putInt(field.length).put(field);
        }
        return reply.flip();
    }

    private static byte[] plusOne(byte[] number) {
        return new BigInteger(number).add(BigInteger.ONE).toByteArray();
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
