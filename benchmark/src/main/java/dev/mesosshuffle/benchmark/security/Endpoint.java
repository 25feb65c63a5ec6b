package dev.mesosshuffle.benchmark.security;

import dev.mesosshuffle.benchmark.wire.BlockingClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A service as the clients of one application see it.
 *
 * @param address where it listens
 * @param protection how connections to it are protected
 * @param appId the application
 */
public record Endpoint(InetSocketAddress address, Protection protection, String appId) {
    private static final int PATIENCE_MILLIS = 60_000;

    /** One that is not protected, at which any application may ask for anything. */
    public static Endpoint plain(InetSocketAddress address) {
        return new Endpoint(address, Protection.NONE, "");
    }

    /**
     * Connects and does the handshake.
     *
     * @return the connection, blocking, with a codec for whatever comes behind the handshake
     */
    public Connected connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().setSoTimeout(PATIENCE_MILLIS);
            channel.socket().connect(address, PATIENCE_MILLIS);
            return new Connected(channel, protection.protect(channel, appId));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A client that has connected and done the handshake. */
    public BlockingClient client() throws IOException {
        Connected connected = connect();
        ProtectedStreams streams = new ProtectedStreams(connected);
        return BlockingClient.over(connected.channel(), streams.input(), streams.output());
    }

    /**
     * A connection behind its handshake.
     *
     * @param channel blocking
     * @param codec of what is sent and received from now on
     */
    public record Connected(SocketChannel channel, WireCodec codec) {}
}
