package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.ClientNetwork;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The network of a connection's peer: what connections of one host have in common. */
final class ClientAddress {
    private ClientAddress() {}

    /** Returns a connection's network; null if it has none, as after it was closed by some transports. */
    static @Nullable ClientNetwork of(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote && !remote.isUnresolved()
                ? ClientNetwork.of(remote.getAddress())
                : null;
    }

    /** Returns with whom a connection shares what is shared by addresses; without an address, with nobody. */
    static Object shareOf(Channel channel) {
        ClientNetwork network = of(channel);
        return network == null ? channel.id() : network;
    }
}
