package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One of two disks hangs. Passed over where FUSE file systems cannot be mounted. */
@RunsAlone
final class HungDiskIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration REFUSAL = Duration.ofSeconds(5);
    private static final String LIVING = "app-living";
    private static final String DEAD = "app-dead";
    private static final String DEAD_BESIDE = "app-dead-beside";
    private static final int DRIVER_TIMEOUT_MS = 2_000;

    /** On a machine that is busy with something else too. */
    private static final double TOLERATED_MILLIS = 1_000;

    private static final byte[] BLOCK = new byte[10_000];

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private Path good;
    private Path hung;
    private ManagedProcess disk;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse cannot be opened here");
        good = Files.createDirectory(folder.resolve("good"));
        hung = Files.createDirectory(folder.resolve("hung"));
        Path files = Files.createDirectory(folder.resolve("files"));
        disk = ManagedProcess.start(
                "disk",
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HangingDisk.class.getName(),
                        hung.toString(),
                        files.toString()),
                folder.resolve("disk.log"));
        Await.until("the disk", LIMIT, () -> !disk.isAlive() || hasLine(HangingDisk.MOUNTED));
        assumeTrue(disk.isAlive(), "mounting a FUSE file system is not permitted here");
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
            new ProcessBuilder("umount", "--lazy", hung.toString()).start().waitFor();
        }
    }

    private boolean hasLine(String line) {
        return !disk.output().linesWith(Pattern.compile(line)).isEmpty();
    }

    private void sendToDisk(String command, int time) {
        disk.send(command);
        Await.until(
                command,
                LIMIT,
                () -> disk.output()
                                .linesWith(Pattern.compile("obeyed " + command))
                                .size()
                        == time);
    }

    @Test
    void theOtherDiskIsServedAndNothingIsLost() throws Exception {
        ServiceSettings settings = ServiceSettings.in(folder, ServiceKind.DAEMON);
        settings = new ServiceSettings(
                        settings.kind(),
                        settings.memory(),
                        folder,
                        Path.of(good + "," + hung),
                        settings.port(),
                        settings.conf(),
                        settings.javaOptions())
                .with(
                        "spark.mesos.shuffle.service.state.dir",
                        Files.createDirectory(folder.resolve("state")).toString())
                .with("spark.shuffle.cleaner.interval", "1s");
        int port = settings.port();
        try (ManagedProcess daemon = settings.start()) {
            Path living = register(port, LIVING, hung, 120_000);
            try (HealthyClient healthy = new HealthyClient(port, good)) {
                assertThat(fetch(port)).hasSize(BLOCK.length);

                Path dead = register(port, DEAD, hung, DRIVER_TIMEOUT_MS);
                Path deadBeside = register(port, DEAD_BESIDE, good, DRIVER_TIMEOUT_MS);
                sendToDisk("hang", 1);
                healthy.drain();
                CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> fetch(port).length);
                daemon.await("Root " + hung + " is unavailable: it has not answered", LIMIT);
                long begun = System.nanoTime();
                try (WireClient client = new WireClient(port)) {
                    byte[] reply = client.call(
                            WireMessages.registerExecutor("app-late", "1", List.of(hung.resolve("blockmgr-late"))));
                    assertThat(WireClient.failure(reply)).isNotEmpty();
                }
                long refusedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                System.out.printf("refused after %d ms while a disk hung%n", refusedMillis);
                assertThat(refusedMillis).isLessThan(REFUSAL.toMillis());
                Await.until("the removal on the other disk", LIMIT, () -> Files.notExists(deadBeside));
                assertThat(healthy.failures()).isEmpty();
                healthy.drain().forEach((kind, taken) -> {
                    System.out.printf("%s beside a hung disk: %s%n", kind, taken);
                    assertThat(taken.count()).as(kind).isPositive();
                    assertThat(taken.p99Millis()).as("p99 of a %s in ms", kind).isLessThan(TOLERATED_MILLIS);
                });
                assertThat(waiting).isNotCompletedExceptionally();

                sendToDisk("resume", 1);
                daemon.await("Root " + hung + " is available again", LIMIT);
                assertThat(waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(BLOCK.length);
                assertThat(fetch(port)).hasSize(BLOCK.length);
                Await.until("the removal on the disk that hung", LIMIT, () -> Files.notExists(dead));
                assertThat(living).isDirectory();
                assertThat(daemon.output().linesWith(Pattern.compile("Root " + hung + " is unavailable")))
                        .hasSize(1);
                assertThat(healthy.failures()).isEmpty();
            }

            sendToDisk("hang", 2);
            long begun = System.nanoTime();
            assertThat(daemon.terminate(STOP)).isZero();
            System.out.printf(
                    "stopped within %d ms while a disk hung%n",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            sendToDisk("resume", 2);
            assertThat(living).isDirectory();
        }
    }

    /** Registers a driver, which ends at once, and an executor with one block. */
    private static Path register(int port, String appId, Path root, long timeoutMs) throws IOException {
        Path dir = root.resolve("blockmgr-" + UUID.randomUUID());
        HealthyClient.writeMapOutput(dir, 0, BLOCK);
        try (WireClient client = new WireClient(port)) {
            client.succeed(WireMessages.registerDriver(appId, timeoutMs));
            client.succeed(WireMessages.registerExecutor(appId, "1", List.of(dir)));
        }
        return dir;
    }

    private static byte[] fetch(int port) {
        try (WireClient client = new WireClient(port)) {
            return client.fetch(WireMessages.fetchShuffleBlock(LIVING, "1", 0, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
