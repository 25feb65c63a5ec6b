package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.ClientExecutor;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;

/**
 * Puts what protects a connection into its pipeline: always at the head, since Spark encrypts what TLS has encrypted already.
 * For any thread.
 */
public final class ProtectionInstaller {
    private final ClientExecutor saslExecutor;

    /**
     * Creates an installer.
     *
     * @param saslExecutor wraps and unwraps blocks of SASL, which takes milliseconds each. A connection is a client, and has
     *     one task there at a time.
     */
    public ProtectionInstaller(ClientExecutor saslExecutor) {
        this.saslExecutor = saslExecutor;
    }

    /**
     * Protects all bytes that are sent and received from here on. To be called on the connection's event loop, in the task
     * in which the last bytes in clear were written. Only buffers may be written from then on; they are overwritten.
     *
     * @param pipeline the connection's
     * @param address the client's, whose connections take turns together where encryption takes long
     * @param protection owned
     * @param listener learns what the client uses
     * @param pause stops reading while too much waits
     */
    public void install(
            ChannelPipeline pipeline,
            Object address,
            ConnectionProtection protection,
            ProtectionListener listener,
            InboundPause pause) {
        // A closed channel removes no handler any more.
        boolean open = pipeline.channel().isOpen();
        if (protection instanceof ConnectionProtection.Sasl sasl) {
            SaslBlocks blocks = new SaslBlocks(sasl.server(), sasl.maxBlockBytes());
            if (open) {
                pipeline.addFirst(new SaslCipher(blocks, saslExecutor, new AddressClient(address), pause));
            } else {
                blocks.close();
            }
        } else if (open && protection instanceof ConnectionProtection.Aes aes) {
            boolean tlsInside = pipeline.get(SslHandler.class) != null;
            pipeline.addFirst(new CipherDetection(aes.session(), tlsInside, listener));
        }
    }
}
