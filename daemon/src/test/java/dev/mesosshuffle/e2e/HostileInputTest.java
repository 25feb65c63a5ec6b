package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.RawClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers send to end the daemon or to starve others. Each time a client beside them is served, and nothing stays. */
class HostileInputTest extends RunningDaemon {
    private static final String FRAME_TIMEOUTS = "shuffleService.frameTimeouts,type=counters";
    private static final String WRITE_TIMEOUTS = "shuffleService.writeTimeouts,type=counters";
    private static final String SHED = "shuffleService.connectionsShed,type=counters";
    private static final String CONNECTIONS = "shuffleService.numActiveConnections,type=counters";
    private static final String INBOUND = "shuffleService.memory.inbound.usedBytes,type=gauges";
    private static final String DECODED = "shuffleService.memory.decoded.usedBytes,type=gauges";

    private static final int MAX_FRAME_BYTES = 16 << 20;
    private static final int MAX_CONNECTIONS = 20;
    private static final byte[] BLOCK = block(1000, 3);

    @BeforeEach
    void bound() throws Exception {
        files.writeMapOutput(0, 5, BLOCK);
        files.writeMapOutput(0, 6, block(LARGE, 1));
        ServiceConfig usual = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        ServiceConfig.Transport transport = usual.transport();
        restart(new ServiceConfig(
                usual.host(),
                usual.port(),
                new ServiceConfig.Transport(
                        transport.mode(),
                        transport.serverThreads(),
                        transport.sockets(),
                        transport.connectionTimeout(),
                        transport.maxChunksBeingTransferred(),
                        MAX_FRAME_BYTES,
                        new ServiceConfig.ConnectionLimits(
                                Duration.ofSeconds(1), Duration.ofSeconds(1), MAX_CONNECTIONS, MAX_CONNECTIONS)),
                usual.disks(),
                usual.expiry(),
                usual.cleanup(),
                usual.master()));
    }

    @Test
    void theLongestFetchesOfEmptyListsAreAnswered() throws Exception {
        int lists = 1_390_000;
        byte[] fetch = frame(
                9,
                "7",
                out -> out.writeInt(0)
                        .writeInt(lists)
                        .writeZero(lists * Long.BYTES)
                        .writeInt(lists)
                        .writeZero(lists * Integer.BYTES)
                        .writeByte(0));
        assertThat(answersTo(fetch, fetch, fetch))
                .allMatch(answer -> answer.endsWith("0 blocks (expected: at least 1)"));
    }

    @Test
    void aMillionNamesOfBlocksOfAnUnknownExecutorAreAnswered() throws Exception {
        byte[] open = frame(0, "none", out -> strings(out, 1_300_000, "rdd_1_1"));
        assertThat(answersTo(open)).singleElement().asString().contains("Executor is not registered");
    }

    @Test
    void aMillionNamesToRemoveAreAnswered() throws Exception {
        byte[] remove = frame(7, "none", out -> strings(out, 1_000_000, "rdd_1_1"));
        assertThat(answersTo(remove)).singleElement().asString().contains("Executor is not registered");
    }

    @Test
    void aMillionExecutorsWhoseDirsAreAskedForAreAnswered() throws Exception {
        byte[] dirs = frame(10, null, out -> strings(out, 1_000_000, "none"));
        assertThat(answersTo(dirs)).singleElement().asString().contains("Executor is not registered");
    }

    @Test
    void theFrameAfterALongOneIsAnsweredAfterIt() throws Exception {
        try (RawClient client = connectAndRegister()) {
            client.sendFrame(frame(0, "7", out -> strings(out, 100_000, "shuffle_0_5_0")));
            client.send("03 00000000000000ff 00000000 05 'app'");
            assertThat(client.receive()).startsWith("04" + "0000000000000007");
            assertThat(client.receive()).startsWith("04" + "00000000000000ff");
        }
        awaitRest();
    }

    @Test
    void aMessageThatDoesNotArriveClosesItsConnectionOnly() throws Exception {
        try (RawClient healthy = connectAndRegister();
                RawClient small = connect();
                RawClient large = connect()) {
            small.sendBytes("0000000000000100 03 00");
            large.sendBytes("0000000001000000 03 0000000000000007 00fffff0");
            JmxMetrics.await(INBOUND, used -> used > 0);
            small.awaitClose();
            large.awaitClose();
            assertThat(JmxMetrics.value(FRAME_TIMEOUTS)).isEqualTo(2);
            assertThat(fetch(healthy, "shuffle_0_5_0")).isEqualTo(BLOCK);
        }
        awaitRest();
    }

    @Test
    void aClientThatDoesNotReadIsDisconnected() throws Exception {
        try (RawClient healthy = connectAndRegister();
                RawClient stalled = connect()) {
            String stream = stalled.openStream("00 'app' '7' 00000001 'shuffle_0_6_0'");
            stalled.send("00" + stream + "00000000");
            JmxMetrics.await(WRITE_TIMEOUTS, count -> count == 1);
            JmxMetrics.await(CONNECTIONS, count -> count == 1);
            assertThat(fetch(healthy, "shuffle_0_6_0")).isEqualTo(block(LARGE, 1));
        }
        awaitRest();
    }

    @Test
    void silentConnectionsMakeRoomForOthers() throws Exception {
        List<RawClient> silent = new ArrayList<>();
        try (RawClient healthy = connectAndRegister()) {
            for (int i = 0; i < 3 * MAX_CONNECTIONS; i++) {
                silent.add(connect());
            }
            JmxMetrics.await(SHED, count -> count > 0);
            JmxMetrics.await(CONNECTIONS, count -> count <= MAX_CONNECTIONS);
            assertThat(fetch(healthy, "shuffle_0_5_0")).isEqualTo(BLOCK);
        } finally {
            for (RawClient client : silent) {
                client.close();
            }
        }
        awaitRest();
    }

    /** Sends requests at once, and returns the texts of their answers; meanwhile another client is served. */
    private List<String> answersTo(byte[]... frames) throws Exception {
        List<String> texts = new ArrayList<>();
        try (RawClient healthy = connectAndRegister();
                RawClient hostile = connect()) {
            for (byte[] frame : frames) {
                hostile.sendFrame(frame);
                assertThat(fetch(healthy, "shuffle_0_5_0")).isEqualTo(BLOCK);
            }
            for (int i = 0; i < frames.length; i++) {
                String answer = hostile.receive();
                assertThat(answer).startsWith("05" + "0000000000000007");
                texts.add(RawClient.text(answer.substring(26)));
            }
        }
        awaitRest();
        return texts;
    }

    private static void awaitRest() throws Exception {
        JmxMetrics.await(CONNECTIONS, count -> count == 0);
        JmxMetrics.await(INBOUND, used -> used == 0);
        JmxMetrics.await(DECODED, used -> used == 0);
    }

    private static byte[] frame(int type, @Nullable String execId, Consumer<ByteBuf> fields) {
        ByteBuf frame = Unpooled.buffer().writeByte(3).writeLong(7).writeInt(0).writeByte(type);
        string(frame, "app");
        if (execId != null) {
            string(frame, execId);
        }
        fields.accept(frame);
        assertThat(frame.readableBytes()).isLessThan(MAX_FRAME_BYTES);
        return ByteBufUtil.getBytes(frame);
    }

    private static void strings(ByteBuf out, int count, String text) {
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            string(out, text);
        }
    }

    private static void string(ByteBuf out, String text) {
        out.writeInt(text.length());
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }
}
