package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.GoldenBytes;
import dev.mesosshuffle.testing.RawClient;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get who ask as they should not, and that others do not notice. */
class InvalidInputTest extends RunningDaemon {
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
        files.corrupt("shuffle_0_6_0.data", block(50, 1));
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
                            assertThat(text).contains("shuffle_0_4_0.index").contains("NoSuchFile"))
                    .anySatisfy(text -> assertThat(text).contains("50 bytes (expected: 100"));
            assertThat(readErrors()).as("of the file that is cut").isEqualTo(2L);
        }
    }

    private Object readErrors() throws Exception {
        ObjectName name =
                new ObjectName("metrics:name=shuffleService.disk." + root.toRealPath() + ".readErrors,type=counters");
        return ManagementFactory.getPlatformMBeanServer().getAttribute(name, "Count");
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
    void answersARequestThatIsTooLongForThisServiceAndGoesOnServing() throws Exception {
        int body = 2 << 20;
        try (RawClient client = connect()) {
            client.sendBytes(String.format("%016x", 21L + body) + "03 0000000000000007" + String.format("%08x", body)
                    + "00".repeat(body));
            assertThat(RawClient.text(client.receive()))
                    .contains("request of 2097173 bytes (expected: at most 1048576,"
                            + " spark.mesos.shuffle.service.maxFrameSize)");
            assertThat(client.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void understandsFramesHoweverTheirBytesArrive() throws Exception {
        // An RPC, a one-way message, and an RPC, in pieces of one byte.
        String bytes = GoldenBytes.hex(
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
}
