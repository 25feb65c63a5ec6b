package dev.mesosshuffle.process;

import dev.mesosshuffle.host.DescriptorMessages;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The datagram socket of systemd, which it names in {@code $NOTIFY_SOCKET}. Has an event loop of its own, so that it works
 * while the others hang. For any thread.
 */
final class NotifySocket implements AutoCloseable {
    private final EventLoopGroup loop;
    private final EpollDomainDatagramChannel channel;

    private NotifySocket(EventLoopGroup loop, EpollDomainDatagramChannel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /**
     * Connects.
     *
     * @param notifySocket the path of systemd's socket; a leading {@code @} stands for an abstract one
     * @throws IOException if it cannot be reached; Java has no datagrams on such sockets, so native epoll must load
     */
    static NotifySocket open(String notifySocket) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("native epoll does not load here: " + Epoll.unavailabilityCause());
        }
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("systemd", true), EpollIoHandler.newFactory());
        String path = notifySocket.startsWith("@") ? '\0' + notifySocket.substring(1) : notifySocket;
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path))
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            shutDown(loop);
            throw new IOException(notifySocket + ": " + connected.cause(), connected.cause());
        }
        return new NotifySocket(loop, (EpollDomainDatagramChannel) connected.channel());
    }

    /**
     * Sends a state, such as {@code READY=1}.
     *
     * @throws IOException if it cannot be sent
     */
    void send(String state) throws IOException {
        ChannelFuture sent = channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
                .awaitUninterruptibly();
        if (!sent.isSuccess()) {
            throw new IOException("the socket of systemd: " + sent.cause(), sent.cause());
        }
    }

    /**
     * Sends a state with a duplicate of a descriptor. Loads JNA.
     *
     * @throws IOException if it cannot be sent
     */
    void send(String state, int descriptor) throws IOException {
        int socket = channel.fd().intValue();
        try {
            DescriptorMessages.send(socket, state, descriptor);
        } catch (IOException | LinkageError e) {
            throw new IOException("the socket of systemd: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        shutDown(loop);
    }

    private static void shutDown(EventLoopGroup loop) {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
