package dev.mesosshuffle.security;

import java.io.Serial;

/** A secret cannot be used. The message is one line that tells an operator what to change, and never shows a secret. */
public final class SecretException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    SecretException(String message) {
        super(message);
    }
}
