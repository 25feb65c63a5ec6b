package dev.mesosshuffle.security;

import javax.security.sasl.SaslServer;

/** What protects the bytes of a connection after its handshake. */
public sealed interface ConnectionProtection {
    /** Nothing: SASL without encryption. */
    record None() implements ConnectionProtection {}

    /**
     * The client and the server wrap their bytes by DIGEST-MD5.
     *
     * @param server the end of the handshake; owned, and to be disposed of with the connection
     * @param maxBlockBytes the most bytes that are wrapped at a time
     */
    record Sasl(SaslServer server, int maxBlockBytes) implements ConnectionProtection {}

    /**
     * AES.
     *
     * @param session keys, and what is admitted
     */
    record Aes(AesSession session) implements ConnectionProtection {}
}
