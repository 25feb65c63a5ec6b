package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import java.util.List;

/** Begins the handshakes of connections. For any thread. */
public final class HandshakeFactory {
    private static final List<Handshake> NONE = List.of();

    /**
     * Creates one.
     *
     * @param settings what is admitted
     * @param secrets with which clients prove who they are
     * @throws GeneralSecurityException if this JVM lacks an algorithm of a handshake that is admitted; the message names it
     */
    public HandshakeFactory(AuthenticationSettings settings, SecretSource secrets) throws GeneralSecurityException {
        throw new GeneralSecurityException("no handshakes: " + settings + ", " + secrets);
    }

    /** Begins those of one connection. */
    public Handshake newHandshake() {
        return NONE.get(0);
    }
}
