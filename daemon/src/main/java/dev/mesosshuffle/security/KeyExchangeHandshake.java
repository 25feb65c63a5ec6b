package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;

/** The handshake of Spark 3.1.3 and later, by an exchange of X25519 keys that are encrypted under the secret. For any thread. */
final class KeyExchangeHandshake {
    private static final byte[] NOTHING_BEFORE = {};

    private final AuthenticationSettings settings;
    private final SecretLookup secrets;
    private final SecureRandom random;

    KeyExchangeHandshake(AuthenticationSettings settings, SecretLookup secrets, SecureRandom random) {
        this.settings = settings;
        this.secrets = secrets;
        this.random = random;
    }

    HandshakeOutcome answer(byte[] message) throws HandshakeException, GeneralSecurityException {
        KeyExchangeMessage request = KeyExchangeMessage.decode(message);
        SecretLookup.Found found = secrets.find(request.appId());
        byte[] secret = found.secret().utf8();
        try {
            PublicKeySeal seal = new PublicKeySeal(secret, request.appId());
            byte[] clientKey = seal.open(request, NOTHING_BEFORE);
            if (!found.isKnown()) {
                return refused(request, found.refusal(), RefusalTexts.FAILED);
            }
            EphemeralKeyPair own = EphemeralKeyPair.generate(random);
            byte[] sharedSecret = own.agree(clientKey);
            byte[] reply = seal.seal(own.publicKey(), message, random).encode();
            AesSession session = SessionKeys.derive(sharedSecret, message, reply, settings);
            if (!settings.keyVersions().contains(KeyVersion.V1)) {
                Arrays.fill(sharedSecret, (byte) 0);
            }
            return new HandshakeOutcome.Authenticated(
                    ByteBuffer.wrap(reply), request.appId(), new ConnectionProtection.Aes(session));
        } catch (AEADBadTagException e) {
            return refused(request, found.refusal(), RefusalTexts.FAILED);
        } catch (InvalidKeyException e) {
            return refused(
                    request,
                    RefusalReason.MALFORMED,
                    RefusalTexts.illegalArgument("public key of low order (expected: one of X25519)"));
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static HandshakeOutcome refused(KeyExchangeMessage request, RefusalReason reason, String error) {
        return new HandshakeOutcome.Refused(error, request.appId(), reason, false);
    }
}
