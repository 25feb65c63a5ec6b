package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifySocketTest {
    @TempDir
    private Path temp;

    private EventLoopGroup loop;
    private final CompletableFuture<String> received = new CompletableFuture<>();

    @BeforeEach
    void start() {
        loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void sendsTheStateToASocketInTheFileSystem() throws Exception {
        Path socket = temp.resolve("notify");
        listen(socket.toString());
        send(socket.toString());
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("READY=1");
    }

    @Test
    void sendsTheStateToAnAbstractSocket() throws Exception {
        String name = temp.resolve("abstract").toString();
        listen('\0' + name);
        send('@' + name);
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("READY=1");
    }

    @Test
    void failsIfNobodyListens() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> send(temp.resolve("nobody").toString()));
    }

    private static void send(String socket) throws IOException {
        try (NotifySocket notifier = NotifySocket.open(socket)) {
            notifier.send("READY=1");
        }
    }

    private void listen(String path) {
        new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        received.complete(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(path))
                .syncUninterruptibly();
    }
}
