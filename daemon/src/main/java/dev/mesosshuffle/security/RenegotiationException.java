package dev.mesosshuffle.security;

import java.io.Serial;
import java.util.concurrent.RejectedExecutionException;

/** A client began a second handshake of TLS, which no client of Spark does, and which costs the service more than the client. */
final class RenegotiationException extends RejectedExecutionException {
    @Serial
    private static final long serialVersionUID = 1;

    RenegotiationException() {
        super("a second handshake (expected: one for each connection)");
    }
}
