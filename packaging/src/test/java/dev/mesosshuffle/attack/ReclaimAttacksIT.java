package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Neither a large application nor a client keeps the files of another, dead application on the disk. */
@RunsAlone
class ReclaimAttacksIT {
    private static final Duration REMOVAL = Duration.ofMinutes(1);
    private static final int MANY_FILES = 80_000;
    private static final int BLOCK_BYTES = 64 << 20;

    @TempDir
    Path folder;

    private AttackedDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = AttackedDaemon.start(folder, "256m", AttackedDaemon.SHORT_TIMEOUTS);
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    @Test
    void removesAFewFilesBesideManyOfAnotherApplication() throws Exception {
        Path large = register("large", MANY_FILES, 0);
        Path small = register("small", 4, 0);

        expire("large");
        Await.until("the beginning of the large removal", REMOVAL, () -> !Files.exists(large));
        expire("small");

        Await.until(
                "the removal of the small application's files",
                REMOVAL,
                () -> namesLeft(small).isEmpty());
        assertThat(namesLeft(large)).as("what is left of the large application").isNotEmpty();
        Await.until(
                "the removal of the large application's files",
                REMOVAL,
                () -> namesLeft(large).isEmpty());
        daemon.assertUnharmed();
    }

    @Test
    void removesFilesOfWhichAClientDoesNotReadABlock() throws Exception {
        Path dir = register("unread", 1, BLOCK_BYTES);
        try (WireClient reader = daemon.target().hostileClient(4096)) {
            reader.requestChunk(reader.openStream(WireMessages.fetchShuffleBlock("unread", "0", 0, 0)), 0);

            expire("unread");

            Await.until(
                    "the removal of the files", REMOVAL, () -> namesLeft(dir).isEmpty());
        }
        daemon.assertUnharmed();
    }

    private Path register(String appId, int files, int blockBytes) throws IOException {
        Path dir = daemon.root().resolve("blockmgr-" + UUID.randomUUID());
        HealthyClient.writeMapOutput(dir, 0, new byte[blockBytes]);
        for (int i = 1; i < files; i++) {
            Path file = HealthyClient.place(dir, "rdd_0_" + i);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        try (WireClient client = daemon.hostileClient()) {
            client.succeed(WireMessages.registerExecutor(appId, "0", List.of(dir)));
        }
        return dir;
    }

    /** Its driver ends. */
    private void expire(String appId) throws IOException {
        try (WireClient driver = daemon.hostileClient()) {
            driver.succeed(WireMessages.registerDriver(appId, 1));
        }
    }

    /** The names under which a local dir, or what is left of it, lies below the root. */
    private List<Path> namesLeft(Path dir) {
        try (Stream<Path> names = Files.list(daemon.root())) {
            return names.filter(
                            name -> name.toString().endsWith(dir.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
