package dev.mesosshuffle.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds the address of the server, or goes on with the socket of an earlier process that listens there. */
final class ListenerOpening {
    private static final Logger logger = LoggerFactory.getLogger(ListenerOpening.class);

    private ListenerOpening() {}

    /**
     * Opens the listening channel; on return it accepts connections, unless the future has failed.
     *
     * @param bootstrap has everything but the type of channel
     * @param kept is adopted if it listens on the address, else it is discarded
     */
    static ChannelFuture open(
            ServerBootstrap bootstrap, EventLoops loops, InetSocketAddress address, @Nullable KeptListener kept) {
        if (kept == null) {
            return bootstrap.channel(loops.serverChannel()).bind(address).awaitUninterruptibly();
        }
        if (loops.serverChannel() != EpollServerSocketChannel.class || !kept.listensOn(address)) {
            kept.discard();
            logger.info(
                    "systemd kept a socket that listens on {}, which is not what is configured; closed",
                    kept.address().getAddress().getHostAddress() + ":"
                            + kept.address().getPort());
            return bootstrap.channel(loops.serverChannel()).bind(address).awaitUninterruptibly();
        }
        return adopt(bootstrap, kept);
    }

    private static ChannelFuture adopt(ServerBootstrap bootstrap, KeptListener kept) {
        ChannelFuture registered = bootstrap
                .channelFactory(kept::adopt)
                // Connections may wait already, and what accepts them is added by a task of the event loop.
                .option(ChannelOption.AUTO_READ, false)
                .register()
                .awaitUninterruptibly();
        if (registered.isSuccess()) {
            EpollServerSocketChannel channel = (EpollServerSocketChannel) registered.channel();
            try {
                // The configured length of the queue may be another than it was.
                ((Socket) channel.fd()).listen(channel.config().getBacklog());
            } catch (IOException e) {
                return channel.newFailedFuture(e);
            }
            channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
            logger.info("Goes on with the listening socket that systemd kept");
        }
        return registered;
    }
}
