package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.mesosshuffle.dispatch.DispatchFixture;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.testing.LogCapture;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client sends, its requests are answered or its connection is closed, and nothing fails unexpectedly. */
class ConnectionFuzzTest {
    private static final int MAX_FRAME_BYTES = 64 * 1024;

    @TempDir
    static Path temp;

    private static DispatchFixture fixture;
    private static ConnectionServices services;
    private static final MetricRegistry metrics = new MetricRegistry();
    private static final ByteBudget inbound = ByteBudget.of(1 << 20);
    private static final ByteBudget decoded = ByteBudget.of(1 << 20);
    private static final LocalAddress ADDRESS = new LocalAddress(ConnectionFuzzTest.class);
    private static final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private static final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private static final BlockingQueue<Channel> ended = new LinkedBlockingQueue<>();

    @BeforeAll
    static void create() throws Exception {
        fixture = new DispatchFixture(temp);
        FetchFixture fetch = fixture.fetch();
        fetch.files(fetch.register("app", "7")).writeMapOutput(0, 0, new byte[10], new byte[20]);
        TransportMetrics transportMetrics = new TransportMetrics(metrics, PooledByteBufAllocator.DEFAULT);
        services = new ConnectionServices(
                fixture.dispatcher((root, client, task) -> task.run()),
                new ReplyBufferPool(PooledByteBufAllocator.DEFAULT, 1 << 20, ByteBudget.of(1 << 20)),
                new ConnectionLimits(
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(2),
                        MAX_FRAME_BYTES,
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE),
                new LargeMessages(decoded),
                decoded,
                transportMetrics,
                new ConnectionFailures(transportMetrics, new RateLimitedLogger(System::nanoTime)),
                ConnectionGuard.NONE);
        new ServerBootstrap()
                .group(loop)
                .channel(LocalServerChannel.class)
                .childHandler(initializer())
                .bind(ADDRESS)
                .sync();
    }

    @AfterAll
    static void close() throws InterruptedException {
        loop.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        services.largeMessages().close();
        services.buffers().close();
        fixture.close();
    }

    /** Over channels with a thread of their own, because what is stored is answered on another one. */
    @FuzzTest(maxDuration = "30s")
    void answersOrCloses(FuzzedDataProvider data) throws Exception {
        try (LogCapture log = LogCapture.of(ConnectionFailures.class)) {
            Channel client = connect();
            Channel connection = accepted.poll(1, TimeUnit.MINUTES);
            assertThat(connection).isNotNull();
            while (connection.isOpen() && data.remainingBytes() > 0) {
                byte[] body = data.consumeBytes(data.consumeInt(0, 256));
                boolean whole = data.consumeBoolean();
                // Most of what is random is no frame, so that nothing behind the decoder would be reached.
                var unused = client.writeAndFlush(
                        whole
                                ? Unpooled.buffer()
                                        .writeLong(Long.BYTES + body.length)
                                        .writeBytes(body)
                                : Unpooled.wrappedBuffer(body));
            }
            client.close().sync();
            assertThat(ended.poll(1, TimeUnit.MINUTES)).isSameAs(connection);
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
            assertThat(inbound.usedBytes()).isZero();
        }
    }

    private static Channel connect() throws InterruptedException {
        return new Bootstrap()
                .group(loop)
                .channel(LocalChannel.class)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ReferenceCountUtil.release(message);
                    }
                })
                .connect(ADDRESS)
                .sync()
                .channel();
    }

    private static ChannelInitializer<Channel> initializer() {
        ConnectionInitializer initializer = new ConnectionInitializer(
                services,
                new InboundAdmission(inbound, () -> 0, FrameRates.unlimited()),
                new ConnectionLimiter(
                        services.limits(), () -> 0, services.metrics(), new RateLimitedLogger(System::nanoTime)),
                new DefaultChannelGroup(GlobalEventExecutor.INSTANCE),
                () -> 0,
                null);
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new EndRecorder(), initializer);
                accepted.add(channel);
            }
        };
    }

    /** The first handler is the last that is removed: the others have given back by then what they held. */
    private static final class EndRecorder extends ChannelHandlerAdapter {
        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            ended.add(context.channel());
        }
    }
}
