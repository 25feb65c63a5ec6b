package dev.mesosshuffle.security;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Finds the secret with which a client's proof is verified. For an unknown application that is one that nobody knows, so that its
 * refusal takes the same work, and nobody learns which applications there are. For any thread.
 */
final class SecretLookup {
    private static final int UNKNOWN_BYTES = 24;

    private final SecretSource secrets;
    private final ApplicationSecret ofUnknown;

    /**
     * A secret to verify with.
     *
     * @param secret the secret
     * @param isKnown whether it is the application's; otherwise no proof is accepted
     */
    record Found(ApplicationSecret secret, boolean isKnown) {
        RefusalReason refusal() {
            return isKnown ? RefusalReason.WRONG_SECRET : RefusalReason.UNKNOWN_APPLICATION;
        }
    }

    SecretLookup(SecretSource secrets, SecureRandom random) {
        this.secrets = secrets;
        byte[] unknown = new byte[UNKNOWN_BYTES];
        random.nextBytes(unknown);
        // Characters, as of most secrets: some keys are derived from characters.
        this.ofUnknown = new ApplicationSecret(Base64.getEncoder().encode(unknown));
    }

    Found find(String appId) {
        ApplicationSecret secret = secrets.find(appId);
        return secret == null ? new Found(ofUnknown, false) : new Found(secret, true);
    }
}
