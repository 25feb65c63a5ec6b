package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.FairExecutor;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.LimitedEvents;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.events.ServiceEvent;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.SecretText;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.TestCertificate;
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
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients can cost by handshakes of TLS. The client's end is the JDK's. */
@Timeout(60)
class TlsHandshakeTest {
    private static final String CROWDED = "10.0.0.1";
    private static final int THREADS = 2;

    @TempDir
    private Path dir;

    private final LogCapture log = LogCapture.ofPackages(TlsContext.class);
    private final MetricRegistry metrics = new MetricRegistry();
    private final RecentEvents events = new RecentEvents(() -> 0);
    private final FairExecutor threads = TlsContext.newThreads();
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private Path store;

    @BeforeEach
    void makeCertificate() throws Exception {
        store = TestCertificate.keyStore(dir.resolve("store.p12"), "service", "-validity", "36500");
    }

    @AfterEach
    void close() {
        release.countDown();
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        log.close();
    }

    @Test
    void closesAConnectionWhoseClientBeginsASecondHandshake() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (TlsContext tls = load("TLSv1.2");
                SSLSocket socket = connect(serve(tls, loops))) {
            socket.startHandshake();
            assertThat(echo(socket)).isEqualTo(7);
            assertThat(echo(socket)).isEqualTo(7);
            assertThat(count("tlsHandshakes")).isOne();
            assertThat(log.lines()).isEmpty();

            assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                socket.startHandshake();
                echo(socket);
            });
        } finally {
            loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        }
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Closed the connection from /127.0.0.1:")
                .contains("TLS failed: a second handshake (expected: one for each connection)");
        assertThat(count("tlsHandshakeFailures")).isOne();
        assertThat(events.newestFirst()).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(EventKind.AUTHENTICATION);
            assertThat(event.subject()).isEmpty();
            assertThat(event.text())
                    .startsWith("client at /127.0.0.1:")
                    .endsWith(" refused: TLS failed: a second handshake (expected: one for each connection)");
        });
    }

    @Test
    void oneAddressLeavesRoomForTheHandshakesOfOthers() throws Exception {
        try (TlsContext tls = load("TLSv1.3")) {
            fill();
            int waiting = threads.queuedTasks();
            EmbeddedChannel other = begin(tls, "10.0.0.2");
            assertThat(other.isOpen()).isTrue();
            assertThat(threads.queuedTasks()).isEqualTo(waiting + 1);
        }
    }

    @Test
    void closesAConnectionWhoseHandshakeCannotWaitAndCallsItOverload() throws Exception {
        try (TlsContext tls = load("TLSv1.3")) {
            fill();
            for (int i = 0; i < 3; i++) {
                assertThat(begin(tls, CROWDED).isOpen()).isFalse();
            }
            assertThat(count("tlsHandshakesOverloaded")).isEqualTo(3);
            assertThat(count("tlsHandshakeFailures")).isZero();
            assertThat(log.lines())
                    .containsExactly("WARN Closed the connection from embedded: too many TLS handshakes wait. Clients"
                            + " retry; check what connects so often.");
            assertThat(events.newestFirst())
                    .hasSize(3)
                    .extracting(ServiceEvent::text)
                    .containsOnly("client at embedded refused: too many TLS handshakes wait");
        }
    }

    @Test
    void showsAFewOfManyClientsWithoutTls() throws Exception {
        try (TlsContext tls = load("TLSv1.3")) {
            for (int i = 0; i < 100; i++) {
                EmbeddedChannel channel = new EmbeddedChannel();
                channels.add(channel);
                tls.install(channel.pipeline(), CROWDED, () -> {});
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0}));
                assertThat(channel.isOpen()).isFalse();
            }
            assertThat(count("plainTextRefused")).isEqualTo(100);
            assertThat(events.newestFirst())
                    .hasSize(LimitedEvents.MAX_PER_MINUTE)
                    .extracting(ServiceEvent::text)
                    .containsOnly("client at embedded refused: it does not speak TLS");
        }
    }

    /** Fills what one address may have. */
    private void fill() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(THREADS);
        for (int accepted = 0; ; accepted++) {
            try {
                threads.execute(CROWDED, () -> takeLong(running));
            } catch (RejectedExecutionException e) {
                assertThat(accepted).isGreaterThan(1000);
                return;
            }
            if (accepted == THREADS - 1) {
                running.await();
            }
        }
    }

    private void takeLong(CountDownLatch running) {
        running.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A connection whose client has sent its first message. Whatever passes fails, as no error may pass. */
    private EmbeddedChannel begin(TlsContext tls, String address) throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel();
        channels.add(channel);
        tls.install(channel.pipeline(), address, () -> {});
        channel.writeInbound(firstMessage());
        channel.checkException();
        return channel;
    }

    private static ByteBuf firstMessage() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        return Unpooled.wrappedBuffer(record.flip());
    }

    private static InetSocketAddress serve(TlsContext tls, EventLoopGroup loops) throws Exception {
        return (InetSocketAddress) new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext context, Object message) {
                                var unused = context.writeAndFlush(message);
                            }
                        });
                        tls.install(channel.pipeline(), CROWDED, () -> {});
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel()
                .localAddress();
    }

    private static SSLSocket connect(InetSocketAddress address) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static int echo(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(7);
        socket.getOutputStream().flush();
        return socket.getInputStream().read();
    }

    private TlsContext load(String protocol) throws IOException {
        TlsSettings settings = new TlsSettings(
                false,
                new TlsSettings.KeyStoreFile(store, "PKCS12", new SecretText(TestCertificate.PASSWORD), null),
                protocol,
                List.of());
        TlsFailures failures = new TlsFailures(new RateLimitedLogger(System::nanoTime), metrics, events);
        return TlsContext.load(settings, failures, threads);
    }

    private long count(String metric) {
        return metrics.counter("shuffleService." + metric).getCount();
    }
}
