package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.ShuffleFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients get who ask as they should. */
class ServingTest extends RunningDaemon {
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
                transport(IoMode.AUTO, LONG, Long.MAX_VALUE),
                new ServiceConfig.Disks(
                        List.of(root, second),
                        LocalDirNaming.ANY,
                        StateDirCandidates.only(root.resolve(".state")),
                        2,
                        1,
                        1 << 24),
                new ServiceConfig.Expiry(Duration.ofSeconds(30), Duration.ofHours(24)),
                new ServiceConfig.Cleanup(true, 0, OrphanMode.OFF, 0),
                ServiceConfig.Master.NONE));
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
        files.corrupt("shuffle_0_6_0.data", block(100, 2));
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

    @Test
    void servesAfterARestartWhatWasRegisteredBefore() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        connectAndRegister().close();
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE));
        try (RawClient client = connect()) {
            assertThat(fetch(client, "shuffle_0_5_0")).isEqualTo(block(100, 1));
        }
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
}
