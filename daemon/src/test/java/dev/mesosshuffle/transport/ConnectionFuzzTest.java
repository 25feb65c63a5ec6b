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
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;
import java.time.Duration;
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
    }

    @AfterAll
    static void close() {
        services.largeMessages().close();
        services.buffers().close();
        fixture.close();
    }

    @FuzzTest(maxDuration = "30s")
    void answersOrCloses(FuzzedDataProvider data) {
        try (LogCapture log = LogCapture.of(ConnectionFailures.class)) {
            EmbeddedChannel channel = new EmbeddedChannel(new ConnectionInitializer(
                    services,
                    new InboundAdmission(inbound, () -> 0),
                    new ConnectionLimiter(
                            services.limits(), () -> 0, services.metrics(), new RateLimitedLogger(System::nanoTime)),
                    new DefaultChannelGroup(GlobalEventExecutor.INSTANCE),
                    () -> 0,
                    null));
            while (channel.isOpen() && data.remainingBytes() > 0) {
                byte[] body = data.consumeBytes(data.consumeInt(0, 256));
                boolean whole = data.consumeBoolean();
                // Most of what is random is no frame, so that nothing behind the decoder would be reached.
                channel.writeInbound(
                        whole
                                ? Unpooled.buffer()
                                        .writeLong(Long.BYTES + body.length)
                                        .writeBytes(body)
                                : Unpooled.wrappedBuffer(body));
            }
            channel.finishAndReleaseAll();
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
            assertThat(inbound.usedBytes()).isZero();
        }
    }
}
