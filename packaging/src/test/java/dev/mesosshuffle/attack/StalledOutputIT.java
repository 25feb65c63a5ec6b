package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.it.spark.ItFolders;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import dev.mesosshuffle.testing.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon's standard output is a pipe that nobody reads: it starts, serves and stops all the same. */
@RunsAlone
class StalledOutputIT {
    /** Opens a pipe for reading too, fills all but the last bytes of it, and lets the daemon write there. */
    private static final String INTO_A_FULL_PIPE =
            "mkfifo \"$0\" && exec 3<>\"$0\" && head -c 65000 /dev/zero >&3 && exec \"$@\" >&3 2>&3";

    @TempDir
    Path folder;

    @Test
    void servesAndStops() throws Exception {
        int port = FreePort.find();
        Path root = Files.createDirectories(folder.resolve("local"));
        ProcessBuilder command = new ProcessBuilder(
                "/bin/sh",
                "-c",
                INTO_A_FULL_PIPE,
                folder.resolve("pipe").toString(),
                ItFolders.target()
                        .resolve("mesos-shuffle-service/bin/mesos-shuffle-service")
                        .toString(),
                "--conf",
                "spark.shuffle.service.port=" + port,
                "--conf",
                "spark.local.dir=" + root,
                "--conf",
                "spark.mesos.shuffle.service.host=" + FreePort.LOOPBACK);
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process daemon = command.start();
        try {
            Await.until("that it listens", Duration.ofMinutes(1), () -> FreePort.isListening(port));
            try (HealthyClient healthyClient = new HealthyClient(port, root);
                    WireClient client = new WireClient(port)) {
                for (int i = 0; i < 1000; i++) {
                    client.succeed(WireMessages.registerDriver("noisy-" + UUID.randomUUID(), 1));
                }
                assertThat(healthyClient.failures()).isEmpty();
            }

            daemon.toHandle().destroy();

            assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(daemon.exitValue()).isZero();
        } finally {
            daemon.destroyForcibly();
        }
    }
}
