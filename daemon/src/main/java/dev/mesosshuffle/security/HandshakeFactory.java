package dev.mesosshuffle.security;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;

/** Begins the handshakes of connections. For any thread. */
public final class HandshakeFactory {
    private final AuthenticationSettings settings;
    private final SecretLookup secrets;
    private final ChallengeHandshake challenge;
    private final KeyExchangeHandshake keyExchange;

    /**
     * Creates one.
     *
     * @param settings what is admitted
     * @param secrets with which clients prove who they are
     * @throws GeneralSecurityException if this JVM lacks an algorithm of a handshake that is admitted; the message names it
     */
    public HandshakeFactory(AuthenticationSettings settings, SecretSource secrets) throws GeneralSecurityException {
        this(settings, secrets, new SecureRandom());
    }

    HandshakeFactory(AuthenticationSettings settings, SecretSource secrets, SecureRandom random)
            throws GeneralSecurityException {
        RequiredAlgorithms.check(settings);
        this.settings = settings;
        this.secrets = new SecretLookup(secrets, random);
        this.challenge = new ChallengeHandshake(this.secrets, random);
        this.keyExchange = new KeyExchangeHandshake(settings, this.secrets, random);
    }

    /** Begins those of one connection. */
    public ServerHandshake newHandshake() {
        return new HandshakeRouter(settings, secrets, challenge, keyExchange);
    }
}
