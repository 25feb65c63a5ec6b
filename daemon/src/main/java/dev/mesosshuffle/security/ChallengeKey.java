package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Derives keys of a challenge from the secret's characters, as the client asks for. */
final class ChallengeKey {
    private ChallengeKey() {}

    /**
     * Derives one.
     *
     * @param secret its characters; the caller clears them
     * @param nonce the salt, not empty
     */
    static byte[] derive(char[] secret, byte[] nonce, ChallengeRequest request) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(secret, nonce, request.iterations(), request.keyBits());
        try {
            return SecretKeyFactory.getInstance(request.keyFunction())
                    .generateSecret(spec)
                    .getEncoded();
        } finally {
            spec.clearPassword();
        }
    }
}
