package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.RECEIVE_IV;
import static dev.mesosshuffle.security.SparkCiphers.SEND_IV;
import static dev.mesosshuffle.security.SparkCiphers.bytes;
import static dev.mesosshuffle.security.SparkCiphers.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.FairExecutor;
import dev.mesosshuffle.concurrent.GroupedClient;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.sasl.SaslEncryptionAccess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of protection over real sockets, with Spark's own at the client's end. The service sends back what it receives. */
@Timeout(60)
class ProtectionInstallerTest {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final FairExecutor pool = new FairExecutor("SASL", 2, 100, 1, DaemonThreads.named("sasl"));
    private final ProtectionInstaller installer = new ProtectionInstaller(pool);
    private final CompletableFuture<DetectedCipher> detected = new CompletableFuture<>();

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        pool.close();
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"CTR, V1", "CTR, V2", "GCM, V1", "GCM, V2"})
    void protectsByAes(AesMode mode, KeyVersion version) throws Exception {
        AesSession session = new AesSession(
                Map.of(KeyVersion.V1, key(KeyVersion.V1), KeyVersion.V2, key(KeyVersion.V2)),
                EnumSet.allOf(AesMode.class),
                SEND_IV,
                RECEIVE_IV);
        echo(new ConnectionProtection.Aes(session), client -> SparkCiphers.addTo(client, mode, key(version)));
        assertThat(detected.join()).isEqualTo(new DetectedCipher(mode, version));
    }

    @Test
    void protectsBySasl() throws Exception {
        SaslPeers peers = SaslPeers.connect();
        echo(
                new ConnectionProtection.Sasl(peers.server(), BLOCK_BYTES),
                client -> SaslEncryptionAccess.addToChannel(client, peers.client(), BLOCK_BYTES));
    }

    @Test
    void leavesAConnectionWithoutProtectionAlone() throws Exception {
        echo(new ConnectionProtection.None(), client -> {});
    }

    @Test
    void disposesOfTheKeysOfAConnectionThatIsClosedAlready() throws Exception {
        SaslPeers peers = SaslPeers.connect();
        EmbeddedChannel closed = new EmbeddedChannel();
        var unused = closed.close();
        installer.install(
                closed.pipeline(),
                "10.0.0.1",
                new ConnectionProtection.Sasl(peers.server(), BLOCK_BYTES),
                (mode, version) -> {},
                new AutoReadPause(closed));
        assertThat(closed.pipeline().get(SaslCipher.class)).isNull();
    }

    @Test
    void hasTheConnectionsOfAnAddressTakeTheirTurnsTogether() throws Exception {
        List<Object> clients = new ArrayList<>();
        ProtectionInstaller recording = new ProtectionInstaller((client, task) -> clients.add(client));
        for (String address : List.of("10.0.0.1", "10.0.0.1", "10.0.0.2")) {
            EmbeddedChannel channel = new EmbeddedChannel();
            recording.install(
                    channel.pipeline(),
                    address,
                    new ConnectionProtection.Sasl(SaslPeers.connect().server(), BLOCK_BYTES),
                    (mode, version) -> {},
                    new AutoReadPause(channel));
            channel.writeOutbound(Unpooled.buffer().writeByte(1));
        }
        assertThat(clients).doesNotHaveDuplicates();
        assertThat(clients.stream().map(client -> ((GroupedClient) client).clientGroup()))
                .containsExactly("10.0.0.1", "10.0.0.1", "10.0.0.2");
    }

    private interface ClientCipher {
        void addTo(Channel client) throws Exception;
    }

    /** Sends three million bytes in pieces of several sizes, and compares what comes back. */
    private void echo(ConnectionProtection protection, ClientCipher cipher) throws Exception {
        byte[] content = bytes(3_000_000, 7);
        // The first frame's length, by which the client's cipher is recognised.
        Arrays.fill(content, 0, 8, (byte) 0);
        content[7] = 100;
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ServiceInitializer(protection))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        Collector collector = new Collector(content.length);
        Channel client = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(collector)
                .connect(server.localAddress())
                .sync()
                .channel();
        client.eventLoop()
                .submit(() -> {
                    cipher.addTo(client);
                    return null;
                })
                .sync();
        int[] sizes = {100, 1, 5000, BLOCK_BYTES, 32_752, 12, 40_000};
        for (int sent = 0, next = 0; sent < content.length; next++) {
            int length = Math.min(sizes[next % sizes.length], content.length - sent);
            var unused = client.writeAndFlush(Unpooled.wrappedBuffer(content, sent, length));
            sent += length;
        }
        assertThat(Arrays.equals(collector.received.get(50, TimeUnit.SECONDS), content))
                .isTrue();
        client.close().sync();
        server.close().sync();
    }

    /** Reads only while nothing is paused. */
    private record AutoReadPause(Channel channel) implements InboundPause {
        @Override
        public void pause() {
            channel.config().setAutoRead(false);
        }

        @Override
        public void resume() {
            channel.config().setAutoRead(true);
        }
    }

    private final class ServiceInitializer extends ChannelInitializer<Channel> {
        private final ConnectionProtection protection;

        private ServiceInitializer(ConnectionProtection protection) {
            this.protection = protection;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    var unused = context.writeAndFlush(message);
                }
            });
            installer.install(
                    channel.pipeline(),
                    "10.0.0.1",
                    protection,
                    (mode, version) -> detected.complete(new DetectedCipher(mode, version)),
                    new AutoReadPause(channel));
        }
    }

    private static final class Collector extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<byte[]> received = new CompletableFuture<>();
        private final byte[] bytes;
        private int length;

        private Collector(int expected) {
            bytes = new byte[expected];
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf piece = (ByteBuf) message;
            int readable = piece.readableBytes();
            piece.readBytes(bytes, length, readable);
            piece.release();
            length += readable;
            if (length == bytes.length) {
                received.complete(bytes);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            received.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            received.completeExceptionally(new IllegalStateException("closed after " + length + " bytes"));
        }
    }
}
