package dev.mesosshuffle;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.Golden;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import dev.mesosshuffle.testing.ShuffleFiles;
import io.netty.buffer.ByteBufUtil;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole daemon in this process, over real sockets and files. */
class ShuffleDaemonTest {
    /** Fits into no socket's buffers. */
    private static final int LARGE = 64 * 1024 * 1024;

    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path temp;

    private Path root;
    private Path localDir;
    private ShuffleFiles files;
    private ShuffleDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectory(temp.resolve("spark"));
        localDir = root.resolve("blockmgr-1");
        files = new ShuffleFiles(List.of(localDir));
        daemon = ShuffleDaemon.start(config(IoMode.AUTO, LONG, Long.MAX_VALUE));
    }

    @AfterEach
    void stop() {
        daemon.stop();
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(IoMode.class)
    void servesSmallLargeAndEmptyBlocks(IoMode mode) throws Exception {
        restart(config(mode, LONG, Long.MAX_VALUE));
        byte[] small = block(1000, 1);
        byte[] large = block(300_000, 2);
        files.writeMapOutput(0, 5, small, new byte[0], large);
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream(
                    "09 'app' '7' 00000000 00000001 0000000000000005 00000001 00000003 00000000 00000001 00000002 00");
            client.send("00" + stream + "00000000", "00" + stream + "00000001", "00" + stream + "00000002");
            assertThat(chunk(client, stream, 0)).isEqualTo(small);
            assertThat(chunk(client, stream, 1)).isEmpty();
            assertThat(chunk(client, stream, 2)).isEqualTo(large);
        }
    }

    @Test
    void servesABatchAsOneChunk() throws Exception {
        byte[] whole = block(3000, 1);
        files.writeMapOutput(
                0,
                5,
                Arrays.copyOf(whole, 1000),
                Arrays.copyOfRange(whole, 1000, 1500),
                Arrays.copyOfRange(whole, 1500, 3000));
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream(
                    "09 'app' '7' 00000000 00000001 0000000000000005 00000001 00000002 00000001 00000003 01");
            client.send("00" + stream + "00000000");
            assertThat(chunk(client, stream, 0)).isEqualTo(Arrays.copyOfRange(whole, 1000, 3000));
        }
    }

    @Test
    void servesOpenBlocksOfShufflesAndRdds() throws Exception {
        files.writeMapOutput(3, 5, block(10, 1), block(20, 2));
        files.write("rdd_4_1", block(30, 3));
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream("00 'app' '7' 00000002 'shuffle_3_5_1' 'rdd_4_1'");
            client.send("00" + stream + "00000000", "00" + stream + "00000001");
            assertThat(chunk(client, stream, 0)).isEqualTo(block(20, 2));
            assertThat(chunk(client, stream, 1)).isEqualTo(block(30, 3));
        }
    }

    @Test
    void answersAnEmptyMapOutputThatHasNoDataFile() throws Exception {
        files.writeMapOutput(0, 5, new byte[0], new byte[0]);
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream("00 'app' '7' 00000001 'shuffle_0_5_1'");
            client.send("00" + stream + "00000000");
            assertThat(chunk(client, stream, 0)).isEmpty();
        }
    }

    @Test
    void answersStreamRequestsInTheirOrderFailuresToo() throws Exception {
        files.writeMapOutput(0, 5, block(300_000, 1), block(10, 2));
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream("00 'app' '7' 00000002 'shuffle_0_5_0' 'shuffle_0_5_1'");
            String id = String.valueOf(Long.parseLong(stream, 16));
            client.send("06 '" + id + "_0'", "06 '1_0'", "06 'nonsense'", "06 '" + id + "_1'");
            assertThat(client.receive()).startsWith("07").endsWith("00000000000493e0");
            assertThat(client.receiveRaw(300_000)).isEqualTo(block(300_000, 1));
            assertThat(RawClient.text(client.receive())).contains("1_0").contains("streamId 1 is closed");
            assertThat(RawClient.text(client.receive())).contains("stream id: nonsense (expected: STREAM_CHUNK");
            assertThat(client.receive()).startsWith("07").endsWith("000000000000000a");
            assertThat(client.receiveRaw(10)).isEqualTo(block(10, 2));
        }
    }

    @Test
    void failsAnUnknownExecutorAndGoesOnServing() throws Exception {
        try (RawClient client = connectAndRegister()) {
            assertThat(RawClient.text(client.rpc("00 'app' '8' 00000001 'shuffle_0_5_1'")))
                    .contains("Executor is not registered (appId=app, execId=8)");
            assertThat(RawClient.text(client.rpc("0a 'app' 00000002 '7' '8'")))
                    .contains("Executor is not registered (appId=app, execId=8)");
            assertThat(client.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void failsABlockWhoseFileIsMissingOrCutAndGoesOnServing() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        files.writeMapOutput(0, 6, block(100, 1));
        Files.write(files.file("shuffle_0_6_0.data"), block(50, 1));
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream("00 'app' '7' 00000003 'shuffle_0_4_0' 'shuffle_0_6_0' 'shuffle_0_5_0'");
            client.send("00" + stream + "00000000", "00" + stream + "00000001", "00" + stream + "00000002");
            // The good one may be quicker than the others, which are tried twice.
            List<String> answers = List.of(client.receive(), client.receive(), client.receive());
            assertThat(answers).filteredOn(answer -> answer.startsWith("01")).hasSize(1);
            assertThat(answers)
                    .filteredOn(answer -> answer.startsWith("02"))
                    .extracting(RawClient::text)
                    .anySatisfy(text ->
                            assertThat(text).contains("shuffle_0_4_0.data").contains("NoSuchFile"))
                    .anySatisfy(text -> assertThat(text).contains("50 bytes (expected: 100"));
        }
    }

    @Test
    void servesTheNewFilesOfAMapTaskThatRanAgain() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        try (RawClient client = connectAndRegister()) {
            assertThat(fetch(client, "shuffle_0_5_0")).isEqualTo(block(100, 1));
            files.writeMapOutput(0, 5, block(250, 2));
            assertThat(fetch(client, "shuffle_0_5_0")).isEqualTo(block(250, 2));
        }
    }

    @Test
    void findsBlocksOfAnExecutorWithSeveralDisks() throws Exception {
        Path second = Files.createDirectory(temp.resolve("second"));
        restart(new ServiceConfig(
                "127.0.0.1",
                0,
                List.of(root, second),
                root.resolve(".state"),
                transport(IoMode.AUTO, LONG, Long.MAX_VALUE),
                2,
                1,
                Duration.ofSeconds(30),
                Duration.ofHours(24),
                true));
        Path secondDir = second.resolve("blockmgr-2");
        ShuffleFiles onBoth = new ShuffleFiles(List.of(localDir, secondDir));
        try (RawClient client = connect()) {
            assertThat(client.rpc("02 'app' '7' 00000002 '" + localDir + "' '" + secondDir + "' 00000040 'sort'"))
                    .isEqualTo("0400000000");
            for (int map = 0; map < 20; map++) {
                onBoth.writeMapOutput(0, map, block(100 + map, map));
            }
            for (int map = 0; map < 20; map++) {
                assertThat(fetch(client, "shuffle_0_" + map + "_0")).isEqualTo(block(100 + map, map));
            }
        }
    }

    @Test
    void refusesALocalDirOutsideOfTheRootsAndGoesOnServing() throws Exception {
        Path outside = Files.createDirectory(temp.resolve("blockmgr-outside"));
        try (RawClient client = connect()) {
            assertThat(RawClient.text(client.rpc("02 'app' '7' 00000001 '" + outside + "' 00000040 'sort'")))
                    .contains(outside.toString());
            assertThat(client.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void tellsLocalDirsAsTheyWereRegistered() throws Exception {
        try (RawClient client = connectAndRegister()) {
            assertThat(RawClient.text(client.rpc("0a 'app' 00000001 '7'"))).contains(localDir.toString());
        }
    }

    @Test
    void removesBlocksButNothingOutsideOfTheLocalDirs() throws Exception {
        files.write("rdd_4_1", block(30, 3));
        Path outside = Files.write(temp.resolve("outside"), block(1, 1));
        try (RawClient client = connectAndRegister()) {
            assertThat(client.rpc("07 'app' '7' 00000003 'rdd_4_1' 'rdd_4_2' '../../../outside'"))
                    .isEqualTo("04000000050800000001");
            assertThat(files.file("rdd_4_1")).doesNotExist();
            assertThat(outside).exists();
        }
    }

    @Test
    void diagnosesCorruption() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        files.writeMapOutput(0, 6, block(100, 1));
        Files.write(files.file("shuffle_0_6_0.data"), block(100, 2));
        String crc = String.format("%016x", crc32(block(100, 1)));
        String wrong = "0000000000000001";
        try (RawClient client = connectAndRegister()) {
            assertThat(diagnosis(client, "'7' 00000000 0000000000000006 00000000" + crc + "'CRC32'"))
                    .isEqualTo("00");
            assertThat(diagnosis(client, "'7' 00000000 0000000000000005 00000000" + wrong + "'CRC32'"))
                    .isEqualTo("01");
            assertThat(diagnosis(client, "'7' 00000000 0000000000000009 00000000" + crc + "'CRC32'"))
                    .isEqualTo("02");
            assertThat(diagnosis(client, "'8' 00000000 0000000000000005 00000000" + crc + "'CRC32'"))
                    .isEqualTo("02");
            assertThat(diagnosis(client, "'7' 00000000 0000000000000005 00000000" + crc + "'CRC32'"))
                    .isEqualTo("03");
            assertThat(diagnosis(client, "'7' 00000000 0000000000000005 00000000" + crc + "'../../x'"))
                    .isEqualTo("04");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Longer than any frame may be.
                "0000000080000000 00",
                "7fffffffffffffff 00",
                // Shorter than its own length.
                "0000000000000007",
                "0000000000000008",
                "ffffffffffffffff",
                // An unknown type, and one that only servers send.
                "0000000000000009 2a",
                "0000000000000015 04 0000000000000102 00000000",
                // An HTTP request.
                "474554202f20485454502f312e310d0a0d0a"
            })
    void closesAConnectionThatDoesNotSpeakTheProtocol(String bytes) throws Exception {
        try (RawClient client = connect()) {
            client.sendBytes(bytes);
            client.awaitClose();
        }
        try (RawClient another = connect()) {
            assertThat(another.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void understandsFramesHoweverTheirBytesArrive() throws Exception {
        // An RPC, a one-way message, and an RPC, in pieces of one byte.
        String bytes = Golden.hex(
                "0000000000000025 03 0000000000000001 00000000 05 'application'"
                        + "0000000000000015 09 00000000 05 'app' 0000000000000025 03 0000000000000002 00000000 05 'application'");
        try (RawClient client = connect()) {
            for (int i = 0; i < bytes.length(); i += 2) {
                client.sendBytes(bytes.substring(i, i + 2));
            }
            assertThat(client.receive()).isEqualTo("04000000000000000100000000");
            assertThat(client.receive()).isEqualTo("04000000000000000200000000");
        }
    }

    @Test
    void answersEveryRequestOfAClientThatDoesNotWaitForAnswers() throws Exception {
        // More than may be unanswered at a time, so that the daemon stops reading now and then.
        int requests = 500_000;
        String heartbeat = Golden.hex("000000000000001d 03 0000000000000001 00000000 05 'app'");
        try (RawClient client = connect()) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < requests; i += 1000) {
                        client.sendBytes(heartbeat.repeat(1000));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            int answerLength = 21;
            assertThat(client.receiveRaw(requests * answerLength)).hasSize(requests * answerLength);
            sending.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void answersAnUploadWithAFailureAndCloses() throws Exception {
        try (RawClient client = connect()) {
            client.send("0a 0000000000000102 'any' 0000000000000400");
            assertThat(RawClient.text(client.receive())).contains("Cannot handle shuffle block merge");
            client.awaitClose();
        }
    }

    @Test
    void answersAQuestionAboutMergedBlocksWithAFailureAndGoesOnServing() throws Exception {
        try (RawClient client = connect()) {
            client.send("0b 0000000000000102 'app' 00000001 00000002 00000003");
            assertThat(client.receive()).startsWith("050000000000000102");
            assertThat(client.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void closesAnIdleConnectionButNotADrivers() throws Exception {
        restart(config(IoMode.AUTO, Duration.ofMillis(300), Long.MAX_VALUE));
        try (RawClient driver = connect();
                RawClient other = connect()) {
            assertThat(driver.rpc("04 'app' 000000000001d4c0")).isEqualTo("0400000000");
            // The driver's connection has been idle for longer than this one when this one is closed.
            other.awaitClose();
            assertThat(driver.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void doesNotCloseAConnectionWhosePeerIsSlowToRead() throws Exception {
        restart(config(IoMode.AUTO, Duration.ofMillis(300), Long.MAX_VALUE));
        files.writeMapOutput(0, 5, block(LARGE, 1));
        try (RawClient slow = connectAndRegister();
                RawClient idle = connect()) {
            String stream = slow.openStream("00 'app' '7' 00000001 'shuffle_0_5_0'");
            slow.send("00" + stream + "00000000");
            idle.awaitClose();
            assertThat(chunk(slow, stream, 0)).isEqualTo(block(LARGE, 1));
        }
    }

    @Test
    void closesAConnectionThatAsksForMoreChunksThanAllowed() throws Exception {
        restart(config(IoMode.AUTO, LONG, 2));
        files.writeMapOutput(0, 5, block(LARGE, 1), block(LARGE, 2), block(10, 3));
        try (RawClient greedy = connectAndRegister()) {
            String stream = greedy.openStream("00 'app' '7' 00000003 'shuffle_0_5_0' 'shuffle_0_5_1' 'shuffle_0_5_2'");
            greedy.send("00" + stream + "00000000", "00" + stream + "00000001", "00" + stream + "00000002");
            assertThat(endsEarly(greedy)).isTrue();
        }
        assertThat(fetchOnceThereIsRoom("shuffle_0_5_2")).isEqualTo(block(10, 3));
    }

    /** The chunks of a connection that was closed are counted out a moment after its client notices. */
    private byte[] fetchOnceThereIsRoom(String blockId) throws IOException {
        for (int attempt = 0; attempt < 1000; attempt++) {
            try (RawClient client = connect()) {
                return fetch(client, blockId);
            } catch (IOException e) {
                assertThat(e).isInstanceOfAny(EOFException.class, SocketException.class);
            }
        }
        throw new IOException("still no room after 1000 attempts");
    }

    @Test
    void saysWhyItCannotListen() {
        ServiceConfig config = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        Path otherState = temp.resolve("other-state");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ShuffleDaemon.start(listeningOn(config, "no.such.host.invalid", 0, otherState)))
                .withMessage("host: no.such.host.invalid (expected: an address or name of this machine)");
        int taken = daemon.localAddress().getPort();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ShuffleDaemon.start(listeningOn(config, "127.0.0.1", taken, otherState)))
                .withMessageStartingWith("cannot listen on /127.0.0.1:" + taken)
                .withMessageContaining("Address already in use");
    }

    private static ServiceConfig listeningOn(ServiceConfig config, String host, int port, Path stateDir) {
        return new ServiceConfig(
                host,
                port,
                config.localRoots(),
                stateDir,
                config.transport(),
                config.diskThreads(),
                config.indexCacheBytes(),
                config.cleanerInterval(),
                config.orphanTimeout(),
                config.cleanup());
    }

    @Test
    void servesAfterARestartWhatWasRegisteredBefore() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        connectAndRegister().close();
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE));
        try (RawClient client = connect()) {
            assertThat(fetch(client, "shuffle_0_5_0")).isEqualTo(block(100, 1));
        }
    }

    @Test
    void letsWhatIsInFlightFinishWhenItStops() throws Exception {
        files.writeMapOutput(0, 5, block(LARGE, 1));
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream("00 'app' '7' 00000001 'shuffle_0_5_0'");
            client.send("00" + stream + "00000000");
            // The frame's first byte: the answer is on its way.
            byte[] head = client.receiveRaw(8);
            assertThat(head).hasSize(8);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(daemon::stop);
            assertThat(client.receiveRaw(13 + LARGE)).endsWith(Arrays.copyOf(block(LARGE, 1), 0));
            stopping.get(20, TimeUnit.SECONDS);
            client.awaitClose();
        }
    }

    private void restart(ServiceConfig config) throws Exception {
        daemon.stop();
        daemon = ShuffleDaemon.start(config);
    }

    private ServiceConfig config(IoMode mode, Duration idleTimeout, long maxChunks) {
        return new ServiceConfig(
                "127.0.0.1",
                0,
                List.of(root),
                root.resolve(".state"),
                transport(mode, idleTimeout, maxChunks),
                2,
                1 << 20,
                Duration.ofSeconds(30),
                Duration.ofHours(24),
                true);
    }

    private static ServiceConfig.Transport transport(IoMode mode, Duration idleTimeout, long maxChunks) {
        return new ServiceConfig.Transport(mode, 2, 0, 0, 0, idleTimeout, false, maxChunks, 1 << 20);
    }

    private RawClient connect() throws IOException {
        return new RawClient(daemon.localAddress().getPort());
    }

    private RawClient connectAndRegister() throws IOException {
        RawClient client = connect();
        assertThat(client.rpc("02 'app' '7' 00000001 '" + localDir + "' 00000040 'sort'"))
                .isEqualTo("0400000000");
        return client;
    }

    private static byte[] fetch(RawClient client, String blockId) throws IOException {
        String stream = client.openStream("00 'app' '7' 00000001 '" + blockId + "'");
        client.send("00" + stream + "00000000");
        return chunk(client, stream, 0);
    }

    private static byte[] chunk(RawClient client, String stream, int index) throws IOException {
        byte[] frame = client.receiveBytes();
        String head = ByteBufUtil.hexDump(frame, 0, Math.min(13, frame.length));
        assertThat(head).isEqualTo("01" + stream + String.format("%08x", index));
        return Arrays.copyOfRange(frame, 13, frame.length);
    }

    private static String diagnosis(RawClient client, String fields) throws IOException {
        String answer = client.rpc("10 'app' " + fields);
        assertThat(answer).startsWith("040000000211");
        return answer.substring(12);
    }

    private static long crc32(byte[] bytes) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return checksum.getValue();
    }

    private static boolean endsEarly(RawClient client) throws IOException {
        try {
            client.receiveRaw(2 * LARGE);
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
