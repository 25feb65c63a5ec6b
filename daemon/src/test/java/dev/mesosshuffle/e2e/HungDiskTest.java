package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.ShuffleDaemon;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.ShuffleFiles;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that does not answer: a named pipe stands where a file should be, and whoever opens it waits. */
class HungDiskTest {
    private static final int DISK_THREADS = 2;

    @TempDir
    private Path temp;

    private Path hungDir;
    private Path soundDir;
    private ShuffleFiles hung;
    private ShuffleFiles sound;
    private ShuffleDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        // As text, the name of the one begins with that of the other.
        Path hungRoot = Files.createDirectory(temp.resolve("d1"));
        Path soundRoot = Files.createDirectory(temp.resolve("d10"));
        hungDir = hungRoot.resolve("blockmgr-hung");
        soundDir = soundRoot.resolve("blockmgr-sound");
        hung = new ShuffleFiles(List.of(hungDir));
        sound = new ShuffleFiles(List.of(soundDir));
        daemon = ShuffleDaemon.start(new ServiceConfig(
                "127.0.0.1",
                0,
                new ServiceConfig.Transport(
                        IoMode.AUTO,
                        1,
                        new ServiceConfig.SocketOptions(0, 0, 0, false),
                        Duration.ofMinutes(2),
                        Long.MAX_VALUE,
                        1 << 20,
                        ServiceConfig.ConnectionLimits.DEFAULTS),
                new ServiceConfig.Disks(
                        List.of(hungRoot, soundRoot),
                        StateDirCandidates.only(temp.resolve("state")),
                        DISK_THREADS,
                        1 << 20,
                        1 << 24),
                new ServiceConfig.Expiry(Duration.ofSeconds(30), Duration.ofHours(24)),
                new ServiceConfig.Cleanup(true, 0, OrphanMode.OFF, 0),
                ServiceConfig.Master.NONE));
    }

    @AfterEach
    void stop() {
        daemon.stop();
    }

    @Test
    void aHungDiskHoldsUpItsOwnBlocksOnly() throws Exception {
        sound.writeMapOutput(0, 1, block(1000, 1));
        Path pipe = hung.file("rdd_0_0");
        Files.createDirectories(pipe.getParent());
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor(20, TimeUnit.SECONDS))
                .isTrue();
        int clients = 2 * DISK_THREADS;
        RawClient[] waiting = new RawClient[clients];
        try (RawClient client = new RawClient(daemon.localAddress().getPort())) {
            register(client, "hung", hungDir);
            for (int i = 0; i < clients; i++) {
                waiting[i] = new RawClient(daemon.localAddress().getPort());
                String stream = waiting[i].openStream("00 'app' 'hung' 00000001 'rdd_0_0'");
                waiting[i].send("00" + stream + "00000000");
            }

            // All on the one event loop, which also serves the others.
            register(client, "sound", soundDir);
            assertThat(client.rpc("05 'app'")).isEqualTo("0400000000");
            String stream = client.openStream("00 'app' 'sound' 00000001 'shuffle_0_1_0'");
            client.send("00" + stream + "00000000");
            assertThat(client.receiveBytes()).endsWith(block(1000, 1));
        } finally {
            // Lets those that wait go on: a pipe has no length, so the block is empty.
            try (OutputStream writer = Files.newOutputStream(pipe)) {
                for (RawClient client : waiting) {
                    assertThat(client.receive()).startsWith("01").hasSize(26);
                    client.close();
                }
                writer.flush();
            }
        }
    }

    private static void register(RawClient client, String execId, Path dir) throws Exception {
        assertThat(client.rpc("02 'app' '" + execId + "' 00000001 '" + dir + "' 00000040 'sort'"))
                .isEqualTo("0400000000");
    }
}
