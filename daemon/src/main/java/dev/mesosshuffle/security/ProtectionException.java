package dev.mesosshuffle.security;

import java.io.IOException;

/**
 * The peer's bytes do not decrypt, or in no admitted way; the connection is closed. The message says what was found and what
 * was expected. It is the peer's doing, so there is no stack trace.
 */
public final class ProtectionException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtectionException(String message) {
        super(message);
    }

    /** Does nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
