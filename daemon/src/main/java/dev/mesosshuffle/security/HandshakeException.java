package dev.mesosshuffle.security;

import java.io.Serial;

/** Ends a handshake. The message is the text of the answer. */
final class HandshakeException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final RefusalReason reason;

    HandshakeException(RefusalReason reason, String error) {
        // A client may cause any number of them, and nobody looks at where they came from.
        super(error, null, false, false);
        this.reason = reason;
    }

    /** About a field that no client of Spark sends. */
    static HandshakeException malformed(String detail) {
        return new HandshakeException(RefusalReason.MALFORMED, RefusalTexts.illegalArgument(detail));
    }

    RefusalReason reason() {
        return reason;
    }

    String error() {
        return String.valueOf(getMessage());
    }
}
