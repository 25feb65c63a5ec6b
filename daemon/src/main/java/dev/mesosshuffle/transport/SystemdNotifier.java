package dev.mesosshuffle.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Tells systemd how the service is doing, over the datagram socket that it names in {@code $NOTIFY_SOCKET}. */
public final class SystemdNotifier {
    private SystemdNotifier() {}

    /**
     * Sends a state, such as {@code READY=1}.
     *
     * @param notifySocket the path of systemd's socket; a leading {@code @} stands for an abstract one
     * @param state the state
     * @throws IOException if it cannot be sent; Java has no datagrams on such sockets, so native epoll must load
     */
    public static void send(String notifySocket, String state) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("native epoll does not load here: " + Epoll.unavailabilityCause());
        }
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            String path = notifySocket.startsWith("@") ? '\0' + notifySocket.substring(1) : notifySocket;
            Channel channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(path))
                    .syncUninterruptibly()
                    .channel();
            channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
                    .syncUninterruptibly();
            channel.close().syncUninterruptibly();
        } catch (RuntimeException e) {
            throw new IOException(notifySocket + ": " + e.getMessage(), e);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
