package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.security.ProtectionInstaller;
import io.netty.channel.Channel;

/** Has clients prove who they are before their requests are served. For any event loop. */
final class HandshakeGuard implements ConnectionGuard {
    /** The longest frame before the proof. Those of handshakes are far shorter. */
    static final int MAX_FRAME_BYTES = 4096;

    private final HandshakeServices services;
    private final AuthenticationThreads threads;
    private final Ticker ticker;

    /**
     * Creates a guard.
     *
     * @param threads closed with it
     */
    HandshakeGuard(HandshakeServices services, AuthenticationThreads threads, Ticker ticker) {
        this.services = services;
        this.threads = threads;
        this.ticker = ticker;
    }

    /** Returns the guard that a configuration asks for. */
    static ConnectionGuard of(ClientAuthentication authentication, AuthenticationReporter reporter, Ticker ticker) {
        if (authentication.mode() == ClientAuthentication.Mode.OFF) {
            return ConnectionGuard.NONE;
        }
        AuthenticationThreads threads = new AuthenticationThreads();
        HandshakeServices services = new HandshakeServices(
                authentication,
                new HandshakeExecutor(threads.handshakes(), threads.challenges(), ticker),
                new ProtectionInstaller(threads.saslEncryption()),
                reporter);
        return new HandshakeGuard(services, threads, ticker);
    }

    @Override
    public void guard(Channel channel, Parts parts) {
        if (services.authentication().mode() == ClientAuthentication.Mode.REQUIRED) {
            parts.decoder().limitFrames(MAX_FRAME_BYTES);
            parts.activity().awaitProof();
        }
        channel.pipeline().addLast(new HandshakeHandler(services, parts, ticker));
    }

    @Override
    public void close() {
        threads.close();
    }
}
