package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.security.sasl.SaslException;

/**
 * Finds out at the start whether this JVM has all algorithms: a policy of the host may have disabled some. Otherwise every client
 * would be refused as if its secret were wrong.
 */
final class RequiredAlgorithms {
    private RequiredAlgorithms() {}

    static void check(AuthenticationSettings settings) throws GeneralSecurityException {
        if (settings.crypto()) {
            Cipher.getInstance("AES/CTR/NoPadding");
            Cipher.getInstance("AES/GCM/NoPadding");
            Mac.getInstance("HmacSHA256");
            KeyPairGenerator.getInstance("X25519");
            KeyAgreement.getInstance("X25519");
            SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1");
        }
        if (settings.sasl()) {
            try {
                SaslHandshake.create(settings, callbacks -> {}).dispose();
            } catch (IllegalStateException | SaslException e) {
                throw new NoSuchAlgorithmException(e.getMessage(), e);
            }
        }
    }
}
