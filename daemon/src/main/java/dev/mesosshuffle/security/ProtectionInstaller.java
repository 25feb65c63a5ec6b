package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.ClientExecutor;
import io.netty.channel.ChannelPipeline;

/** Puts what protects a connection into its pipeline, at the head. For any thread. */
public final class ProtectionInstaller {
    /**
     * Creates an installer.
     *
     * @param saslExecutor wraps and unwraps blocks of SASL, which takes milliseconds each
     */
    @SuppressWarnings("UnusedVariable") // Until there are ciphers.
    public ProtectionInstaller(ClientExecutor saslExecutor) {}

    /**
     * Protects all bytes that are sent and received from here on. To be called on the connection's event loop, in the task
     * in which the last bytes in clear were written.
     *
     * @param pipeline the connection's
     * @param protection owned
     * @param listener learns what the client uses
     * @param pause stops reading while too much waits
     */
    public void install(
            ChannelPipeline pipeline,
            ConnectionProtection protection,
            ProtectionListener listener,
            InboundPause pause) {
        if (!(protection instanceof ConnectionProtection.None)) {
            throw new UnsupportedOperationException("no cipher: " + listener + ", " + pause + ", " + pipeline);
        }
    }
}
