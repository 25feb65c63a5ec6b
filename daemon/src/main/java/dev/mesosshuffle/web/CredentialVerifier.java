package dev.mesosshuffle.web;

import org.jspecify.annotations.Nullable;

/** Knows who may ask. For any thread. */
public interface CredentialVerifier {
    /**
     * Checks a token.
     *
     * @return whose it is, printable; null if nobody's
     */
    @Nullable
    String userOfToken(String token);

    /**
     * Checks a name and its secret.
     *
     * @return the name, printable; null if it has no such secret
     */
    @Nullable
    String userOfPassword(String name, String secret);
}
