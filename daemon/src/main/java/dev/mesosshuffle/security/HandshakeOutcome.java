package dev.mesosshuffle.security;

import java.nio.ByteBuffer;

/** What a handshake answers to one message of the client. */
public sealed interface HandshakeOutcome {
    /**
     * The handshake goes on: the client sends a further message.
     *
     * @param reply the body of the answer
     */
    record Continued(ByteBuffer reply) implements HandshakeOutcome {}

    /**
     * The client has proved that it knows the secret.
     *
     * @param reply the body of the answer, the last bytes in clear
     * @param appId the application for which it did
     * @param protection applies to all further bytes in both directions
     */
    record Authenticated(ByteBuffer reply, String appId, ConnectionProtection protection) implements HandshakeOutcome {}

    /**
     * The client has not. The answer is a failure.
     *
     * @param error the text of the answer
     * @param claimedAppId the application that the client named, not validated; empty if it named none
     * @param reason why, for the operator
     * @param mayRetry whether the client may try another kind of handshake on this connection; otherwise it is closed once
     *     the answer was sent
     */
    record Refused(String error, String claimedAppId, RefusalReason reason, boolean mayRetry)
            implements HandshakeOutcome {}
}
