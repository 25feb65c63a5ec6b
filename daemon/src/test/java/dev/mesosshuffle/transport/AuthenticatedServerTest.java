package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.dispatch.DispatchFixture;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.memory.MemoryBudgets;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.ScriptedHandshake;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes over real sockets: what a client can do before and after its proof. */
class AuthenticatedServerTest {
    /** Each of them has two descriptors here. */
    private static final int MANY = 2500;

    private static final byte[] BLOCK = block(100, 1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PREFIX = "shuffleService.";

    @TempDir
    private Path temp;

    private final AtomicInteger openHandshakes = new AtomicInteger();
    private final LogCapture log = LogCapture.ofPackages(AuthenticationReporter.class);
    private MetricRegistry metrics = new MetricRegistry();
    private DispatchFixture fixture;

    @SuppressWarnings("NullAway.Init") // by each test
    private ShuffleServer server;

    @BeforeEach
    void register() throws Exception {
        fixture = new DispatchFixture(temp);
        RegisteredExecutor executor = fixture.fetch().register("app", "7");
        fixture.fetch().files(executor).writeMapOutput(0, 5, BLOCK);
        server = newServer(ClientAuthentication.Mode.REQUIRED, ServerConfig.IoMode.AUTO);
    }

    @AfterEach
    void stop() {
        assertThat(server.stop(PATIENCE)).isTrue();
        fixture.close();
        log.close();
    }

    private void restart(ClientAuthentication.Mode mode, ServerConfig.IoMode io) throws Exception {
        server.stop(PATIENCE);
        metrics = new MetricRegistry();
        server = newServer(mode, io);
    }

    private ShuffleServer newServer(ClientAuthentication.Mode mode, ServerConfig.IoMode io) throws Exception {
        return ShuffleServer.start(
                new ServerConfig(
                        "127.0.0.1",
                        0,
                        io,
                        2,
                        new ServerConfig.SocketOptions(4096, 0, 0, false),
                        new ConnectionLimits(
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(2),
                                1 << 20,
                                10_000,
                                10_000)),
                new ClientAuthentication(
                        mode, () -> new ScriptedHandshake(new ConnectionProtection.None(), openHandshakes)),
                fixture.dispatcher((root, client, task) -> task.run()),
                MemoryBudgets.of(512 << 20, 256 << 20, 1 << 24, metrics),
                new RateLimitedLogger(System::nanoTime),
                metrics,
                EventRecorder.NONE,
                null,
                null);
    }

    @ParameterizedTest
    @EnumSource(ServerConfig.IoMode.class)
    void servesTheOwnBlocksOfAClientThatProvedWhoItIsAndNoOthers(ServerConfig.IoMode io) throws Exception {
        restart(ClientAuthentication.Mode.REQUIRED, io);
        try (RawClient client = connect();
                RawClient other = connect()) {
            assertThat(handshake(client, "more")).isEqualTo("ok go on");
            assertThat(handshake(client, "app=app")).isEqualTo("ok welcome");
            assertThat(fetch(client)).isEqualTo(BLOCK);
            assertThat(handshake(other, "app=other")).isEqualTo("ok welcome");
            assertThat(RawClient.text(other.rpc("00 'app' '7' 00000001 'shuffle_0_5_0'")))
                    .endsWith(ProtocolErrors.notAuthorized("other", "app"));
            assertThat(other.rpc("05 'other'")).isEqualTo("0400000000");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0xea, 0xfa, 0xfb})
    void closesAtASecondHandshake(int tag) throws Exception {
        try (RawClient client = connect()) {
            handshake(client, "app=app");
            assertThat(fetch(client)).isEqualTo(BLOCK);
            String step = String.format("%02x", tag) + "'app=other'";
            assertThat(RawClient.text(client.rpc(step))).endsWith(ProtocolErrors.unknownMessageType((byte) tag));
            client.awaitClose();
        }
    }

    @Test
    void answersAnyOtherUnknownMessageAfterTheHandshakeAndStaysOpen() throws Exception {
        try (RawClient client = connect()) {
            handshake(client, "app=app");
            assertThat(RawClient.text(client.rpc("fc 'app=other'")))
                    .endsWith(ProtocolErrors.unknownMessageType((byte) 0xfc));
            assertThat(fetch(client)).isEqualTo(BLOCK);
        }
    }

    @Test
    void tellsAClientWithoutAuthenticationWhatIsMissingAndCloses() throws Exception {
        try (RawClient client = connect()) {
            assertThat(RawClient.text(client.rpc("00 'app' '7' 00000001 'shuffle_0_5_0'")))
                    .endsWith(ProtocolErrors.NOT_AUTHENTICATED);
            client.awaitClose();
        }
    }

    @Test
    void servesBothKindsOfClientsDuringAMigration() throws Exception {
        restart(ClientAuthentication.Mode.OPTIONAL, ServerConfig.IoMode.AUTO);
        try (RawClient old = connect();
                RawClient other = connect()) {
            assertThat(fetch(old)).isEqualTo(BLOCK);
            handshake(other, "app=other");
            assertThat(RawClient.text(other.rpc("00 'app' '7' 00000001 'shuffle_0_5_0'")))
                    .endsWith(ProtocolErrors.notAuthorized("other", "app"));
        }
        assertThat(count("authentication.unauthenticatedConnections")).isOne();
    }

    @Test
    void takesAHandshakeForAnUnknownMessageWithoutAuthentication() throws Exception {
        restart(ClientAuthentication.Mode.OFF, ServerConfig.IoMode.AUTO);
        try (RawClient client = connect()) {
            for (int tag : new int[] {0xea, 0xfa, 0xfb}) {
                assertThat(RawClient.text(client.rpc(String.format("%02x", tag) + "'app'")))
                        .endsWith(ProtocolErrors.unknownMessageType((byte) tag));
            }
            assertThat(fetch(client)).isEqualTo(BLOCK);
        }
    }

    @Test
    void logsNothingOfAHealthCheckThatConnectsAndCloses() throws Exception {
        connect().close();
        await(() -> count("numActiveConnections"), 0);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void wrongSecretsCostOneLineAndHoldUpNobody() throws Exception {
        try (RawClient healthy = connect()) {
            handshake(healthy, "app=app");
            for (int i = 0; i < 1000; i++) {
                try (RawClient wrong = connect()) {
                    assertThat(handshake(wrong, "wrong=app")).isEqualTo("failed " + ScriptedHandshake.REFUSAL);
                    wrong.awaitClose();
                }
            }
            assertThat(fetch(healthy)).isEqualTo(BLOCK);
        }
        await(openHandshakes::get, 0);
        assertThat(count("authentication.refused.wrongSecret")).isEqualTo(1000);
        assertThat(log.lines()).singleElement().asString().contains("its secret is not the one of this service");
    }

    /** Where a client stops. */
    private enum Stop {
        AFTER_CONNECTING,
        WITHIN_A_FRAME,
        WITHIN_THE_HANDSHAKE
    }

    @ParameterizedTest
    @EnumSource(Stop.class)
    void manyClientsThatStopLeaveNothingBehind(Stop stop) throws Exception {
        try (RawClient healthy = connect()) {
            handshake(healthy, "app=app");
            fetch(healthy);
            int threads = Thread.activeCount();
            long memory = gauge("shuffle-server.usedDirectMemory");
            List<RawClient> stopped = new ArrayList<>();
            try {
                for (int i = 0; i < MANY; i++) {
                    RawClient client = connect();
                    stopped.add(client);
                    if (stop == Stop.WITHIN_A_FRAME) {
                        client.sendBytes("0000000000000040 03 0000000000000001 00000000 ea");
                    } else if (stop == Stop.WITHIN_THE_HANDSHAKE) {
                        client.send(step(1, "more"));
                    }
                }
                await(() -> count("numActiveConnections"), MANY + 1);
                assertThat(fetch(healthy)).isEqualTo(BLOCK);
            } finally {
                for (RawClient client : stopped) {
                    client.close();
                }
            }
            await(() -> count("numActiveConnections"), 1);
            await(() -> count("authentication.pendingHandshakes"), 0);
            await(openHandshakes::get, 0);
            // Those of the handshakes, and what starts by itself.
            assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 4);
            // The allocator keeps some chunks of what was released.
            assertThat(gauge("shuffle-server.usedDirectMemory")).isLessThanOrEqualTo(memory + (16 << 20));
            assertThat(fetch(healthy)).isEqualTo(BLOCK);
        }
    }

    private RawClient connect() throws IOException {
        return new RawClient(server.localAddress().getPort());
    }

    /** Sends a step and returns its answer: {@code ok TEXT} or {@code failed TEXT}. */
    private static String handshake(RawClient client, String text) throws IOException {
        client.send(step(77, text));
        byte[] answer = client.receiveBytes();
        String body = new String(Arrays.copyOfRange(answer, 13, answer.length), StandardCharsets.UTF_8);
        return (answer[0] == 4 ? "ok " : "failed ") + body;
    }

    private static String step(long requestId, String text) {
        return "03" + String.format("%016x", requestId) + "00000000 ea"
                + ByteBufUtil.hexDump(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] fetch(RawClient client) throws IOException {
        String stream = client.openStream("00 'app' '7' 00000001 'shuffle_0_5_0'");
        client.send("00" + stream + "00000000");
        byte[] frame = client.receiveBytes();
        return Arrays.copyOfRange(frame, 13, frame.length);
    }

    private long count(String metric) {
        return metrics.counter(PREFIX + metric).getCount();
    }

    private long gauge(String metric) {
        return ((Number) Objects.requireNonNull(metrics.getGauges().get(PREFIX + metric))
                        .getValue())
                .longValue();
    }

    private static void await(LongSupplier actual, long expected) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (actual.getAsLong() != expected) {
            assertThat(System.nanoTime())
                    .as("%s (expected: %s)", actual.getAsLong(), expected)
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
