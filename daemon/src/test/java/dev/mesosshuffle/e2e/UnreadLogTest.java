package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.Main;
import dev.mesosshuffle.testing.FreePort;
import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process whose standard output and error are pipes that nobody reads. */
class UnreadLogTest {
    /** Together far more than a pipe takes. */
    private static final int LINES = 600;

    private static final String LONG_ID = "x".repeat(500);

    @TempDir
    private Path temp;

    private Process process;
    private int port;

    @BeforeEach
    void start() throws Exception {
        Path root = Files.createDirectory(temp.resolve("spark"));
        port = FreePort.find();
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // What a killed process leaves there goes with the test's own.
                        "-Djava.io.tmpdir=" + temp,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--conf",
                        "spark.shuffle.service.port=" + port,
                        "--conf",
                        "spark.local.dir=" + root,
                        "--conf",
                        "spark.mesos.shuffle.service.state.dir=" + temp.resolve("state"))
                .start();
        awaitListening();
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void answersEverybodyAndStops() throws Exception {
        try (RawClient driver = new RawClient(port)) {
            for (int i = 0; i < LINES; i++) {
                assertRegistered(driver);
            }
        }
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(new RawClient(port));
        }
        for (RawClient client : clients) {
            assertRegistered(client);
            client.close();
        }
        // Process.destroy() would close the pipes.
        assertThat(process.toHandle().destroy()).isTrue();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(process.getInputStream().readAllBytes().length).isLessThan(LINES * LONG_ID.length());
    }

    private static void assertRegistered(RawClient client) throws IOException {
        assertThat(client.rpc("04 '" + LONG_ID + "' 000000000001d4c0")).isEqualTo("0400000000");
    }

    /** Its first connection may come before it listens. */
    private void awaitListening() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (true) {
            try {
                new RawClient(port).close();
                return;
            } catch (SocketException e) {
                if (System.nanoTime() - deadline > 0 || process.waitFor(50, TimeUnit.MILLISECONDS)) {
                    throw e;
                }
            }
        }
    }
}
