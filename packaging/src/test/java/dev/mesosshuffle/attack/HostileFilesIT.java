package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executors' code puts into its own local dir what no Spark would: the daemon serves files of that dir and nothing else. */
class HostileFilesIT {
    private static final String APP = "hostile-files";
    private static final byte[] BLOCK = "a block".getBytes(StandardCharsets.UTF_8);

    /** More than a disk has threads: if each hung, nothing of that disk would be served any more. */
    private static final int FILES = 12;

    @TempDir
    Path folder;

    private AttackedDaemon daemon;
    private Path dir;

    @BeforeEach
    void start() throws Exception {
        daemon = AttackedDaemon.start(folder, "256m", AttackedDaemon.SHORT_TIMEOUTS);
        dir = daemon.root().resolve("blockmgr-" + UUID.randomUUID());
        for (int map = 0; map < FILES; map++) {
            HealthyClient.writeMapOutput(dir, map, BLOCK);
        }
        try (WireClient client = daemon.hostileClient()) {
            client.succeed(WireMessages.registerExecutor(APP, "0", List.of(dir)));
        }
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    @Test
    void servesWhatIsAFile() throws Exception {
        try (WireClient client = daemon.hostileClient()) {
            assertThat(client.fetch(WireMessages.fetchShuffleBlock(APP, "0", 3, 0)))
                    .isEqualTo(BLOCK);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"index", "data"})
    void doesNotWaitForFifosInPlaceOfShuffleFiles(String extension) throws Exception {
        for (int map = 0; map < FILES; map++) {
            fifoInPlaceOf(HealthyClient.place(dir, "shuffle_0_" + map + "_0." + extension));
        }

        for (int map = 0; map < FILES; map++) {
            assertNoBlock(WireMessages.fetchShuffleBlock(APP, "0", map, 0));
        }

        daemon.assertUnharmed();
    }

    @Test
    void doesNotWaitForFifosInPlaceOfRddBlocks() throws Exception {
        for (int split = 0; split < FILES; split++) {
            fifoInPlaceOf(HealthyClient.place(dir, "rdd_0_" + split));
        }

        for (int split = 0; split < FILES; split++) {
            assertNoBlock(WireMessages.openBlocks(APP, "0", List.of("rdd_0_" + split)));
        }

        daemon.assertUnharmed();
    }

    @Test
    void doesNotWaitForFifosInPlaceOfChecksums() throws Exception {
        for (int map = 0; map < FILES; map++) {
            fifoInPlaceOf(HealthyClient.place(dir, "shuffle_0_" + map + "_0.checksum.ADLER32"));
        }

        try (WireClient client = daemon.hostileClient()) {
            for (int map = 0; map < FILES; map++) {
                client.succeed(WireMessages.diagnoseCorruption(APP, "0", map, 0));
            }
        }

        daemon.assertUnharmed();
    }

    @Test
    void followsNoLinkInPlaceOfAFile() throws Exception {
        Path data = HealthyClient.place(dir, "shuffle_0_0_0.data");
        Files.delete(data);
        Files.createSymbolicLink(data, secret("notes!!"));

        assertNoBlock(WireMessages.fetchShuffleBlock(APP, "0", 0, 0));
    }

    @Test
    void followsNoLinkInPlaceOfASubDirectory() throws Exception {
        Path data = HealthyClient.place(dir, "shuffle_0_0_0.data");
        Path outside = Files.createDirectories(folder.resolve("elsewhere"));
        try (var files = Files.list(data.getParent())) {
            for (Path file : files.toList()) {
                Files.move(file, outside.resolve(file.getFileName()));
            }
        }
        Files.writeString(outside.resolve(data.getFileName()), "notes!!");
        Files.delete(data.getParent());
        Files.createSymbolicLink(data.getParent(), outside);

        assertNoBlock(WireMessages.fetchShuffleBlock(APP, "0", 0, 0));
    }

    @Test
    void followsNoLinkInPlaceOfTheLocalDir() throws Exception {
        Path outside = folder.resolve("elsewhere");
        Files.move(dir, outside);
        Files.createSymbolicLink(dir, outside);

        assertNoBlock(WireMessages.fetchShuffleBlock(APP, "0", 0, 0));
        assertThat(HealthyClient.place(outside, "shuffle_0_0_0.data")).hasBinaryContent(BLOCK);
    }

    @Test
    void acceptsNoDirUnderANameThatSparkDoesNotGive() throws Exception {
        try (WireClient client = daemon.hostileClient()) {
            byte[] reply = client.call(WireMessages.registerExecutor(
                    APP, "1", List.of(daemon.root().resolve("blockmgr-notes"))));

            assertThat(WireClient.failure(reply)).contains("blockmgr-");
        }
        daemon.assertUnharmed();
    }

    /** Fails if it is answered with anything but a failure, or not at all. */
    private void assertNoBlock(byte[] message) throws IOException {
        try (WireClient client = daemon.hostileClient()) {
            assertThatThrownBy(() -> client.fetch(message)).hasMessageStartingWith("no block: ");
        }
    }

    private Path secret(String content) throws IOException {
        return Files.writeString(folder.resolve("secret"), content);
    }

    private static void fifoInPlaceOf(Path file) throws Exception {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Process mkfifo =
                new ProcessBuilder("mkfifo", file.toString()).inheritIO().start();
        assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(mkfifo.exitValue()).isZero();
    }
}
