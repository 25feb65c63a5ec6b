package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeptListenerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final CompletableFuture<InetSocketAddress> accepted = new CompletableFuture<>();
    private Socket socket;
    private @Nullable EventLoops loops;

    @BeforeEach
    void listen() throws IOException {
        Epoll.ensureAvailability();
        socket = Socket.newSocketStream();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(LOOPBACK, 0));
        socket.listen(16);
    }

    @AfterEach
    void stop() {
        if (loops != null) {
            loops.shutDown();
        }
    }

    @Test
    void acceptsWhatWaitsInTheQueueOfTheSocket() throws Exception {
        try (java.net.Socket client = new java.net.Socket(LOOPBACK, port())) {
            KeptListener kept = listenerOf(socket);
            ChannelFuture opened = open(ServerConfig.IoMode.EPOLL, port(), kept);
            assertThat(opened.isSuccess()).isTrue();
            assertThat(kept.isAdopted()).isTrue();
            assertThat(KeptListener.descriptor(opened.channel())).hasValue(socket.intValue());
            assertThat(accepted.get(20, TimeUnit.SECONDS).getPort()).isEqualTo(client.getLocalPort());
            opened.channel().close().sync();
        }
    }

    @Test
    void bindsTheSameAddressAnewWithoutNativeSockets() throws Exception {
        int port = port();
        KeptListener kept = listenerOf(socket);
        ChannelFuture opened = open(ServerConfig.IoMode.NIO, port, kept);
        assertThat(opened.isSuccess()).isTrue();
        assertThat(kept.isAdopted()).isFalse();
        assertThat(KeptListener.descriptor(opened.channel())).isEmpty();
        try (java.net.Socket client = new java.net.Socket(LOOPBACK, port)) {
            assertThat(accepted.get(20, TimeUnit.SECONDS).getPort()).isEqualTo(client.getLocalPort());
        }
        opened.channel().close().sync();
    }

    @Test
    void comparesAddresses() throws Exception {
        KeptListener loopback = listenerOf(socket);
        assertThat(loopback.listensOn(new InetSocketAddress(LOOPBACK, port()))).isTrue();
        assertThat(loopback.listensOn(new InetSocketAddress(LOOPBACK, port() + 1)))
                .isFalse();
        assertThat(loopback.listensOn(new InetSocketAddress(port()))).isFalse();
        assertThat(loopback.listensOn(new InetSocketAddress(LOOPBACK, 0))).isFalse();
        loopback.discard();

        Socket all = Socket.newSocketStream();
        all.bind(new InetSocketAddress(0));
        all.listen(1);
        int port = all.localAddress().getPort();
        KeptListener everywhere = listenerOf(all);
        assertThat(everywhere.listensOn(new InetSocketAddress("0.0.0.0", port))).isTrue();
        assertThat(everywhere.listensOn(new InetSocketAddress("::", port))).isTrue();
        assertThat(everywhere.listensOn(new InetSocketAddress(LOOPBACK, port))).isFalse();
        everywhere.discard();
    }

    @Test
    void isNoneIfNothingListensThere() throws Exception {
        socket.close();
        Socket idle = Socket.newSocketStream();
        assertThat(KeptListener.of(idle.intValue())).isNull();
        KeptListener.close(idle.intValue());
        Socket datagrams = Socket.newSocketDomainDgram();
        assertThat(KeptListener.of(datagrams.intValue())).isNull();
        KeptListener.close(datagrams.intValue());
        assertThat(KeptListener.of(Integer.MAX_VALUE)).isNull();
        KeptListener.close(Integer.MAX_VALUE);
    }

    private static KeptListener listenerOf(Socket socket) {
        return Objects.requireNonNull(KeptListener.of(socket.intValue()));
    }

    private int port() {
        return socket.localAddress().getPort();
    }

    private ChannelFuture open(ServerConfig.IoMode io, int port, KeptListener kept) throws IOException {
        EventLoops started = EventLoops.start(new ServerConfig(
                null,
                port,
                io,
                1,
                new ServerConfig.SocketOptions(0, 0, 0, false),
                new ConnectionLimits(
                        Duration.ofMinutes(2), Duration.ofSeconds(30), Duration.ofMinutes(2), 1 << 20, 10, 10)));
        loops = started;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(started.acceptor(), started.workers())
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        accepted.complete((InetSocketAddress) context.channel().remoteAddress());
                    }
                });
        return ListenerOpening.open(bootstrap, started, new InetSocketAddress(LOOPBACK, port), kept);
    }
}
