package dev.mesosshuffle.transport;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The address of a connection's peer, without its port: what connections of one host have in common. */
final class ClientAddress {
    private ClientAddress() {}

    /** Returns a connection's address; null if it has none, as after it was closed by some transports. */
    static @Nullable InetAddress of(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
    }

    /** Returns with whom a connection shares what is shared by addresses; without an address, with nobody. */
    static Object shareOf(Channel channel) {
        InetAddress address = of(channel);
        return address == null ? channel.id() : address;
    }
}
