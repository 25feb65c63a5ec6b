package dev.mesosshuffle.transport;

import dev.mesosshuffle.security.ProtectionInstaller;

/**
 * What the handshakes of all connections share. For any thread.
 *
 * @param authentication who must prove who it is, and how
 * @param executor answers their messages
 * @param protections protects connections afterwards
 * @param reporter counts and logs what became of them
 */
record HandshakeServices(
        ClientAuthentication authentication,
        HandshakeExecutor executor,
        ProtectionInstaller protections,
        AuthenticationReporter reporter) {}
