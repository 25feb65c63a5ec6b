package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A root whose disk is not mounted for some time. Passed over where mounting is not permitted. */
final class VanishingRootIT {
    /** A removal looks for its root once a minute. */
    private static final Duration LIMIT = Duration.ofSeconds(100);

    private static final String APP = "app-1";
    private static final String DEAD = "app-dead";
    private static final String BLOCK = "shuffle_0_0_0";
    private static final byte[] CONTENT = new byte[100_000];

    /** But for that of a folder that is too deep for the control socket. */
    private static final Pattern WARNING = Pattern.compile(" (WARN|ERROR) (?!.*The commands apps)");

    static {
        new Random(1).nextBytes(CONTENT);
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private ServiceSettings settings;
    private Path root;
    private Path disk;
    private Mount mount;
    private LocalDirs dirs;

    @BeforeEach
    void mount() throws Exception {
        settings = ServiceSettings.in(folder, ServiceKind.DAEMON)
                .with(
                        "spark.mesos.shuffle.service.state.dir",
                        folder.resolve("state").toString())
                .with("spark.mesos.shuffle.service.orphans", "delete")
                .with("spark.shuffle.cleaner.interval", "1s");
        root = settings.localRoot();
        // Beneath the disk lies what must not be taken for what is on it, or for orphans.
        for (String name : List.of(APP, DEAD, "old")) {
            LocalDirs beneath = LocalDirs.create(root, name, 1);
            beneath.write("data", CONTENT);
            makeOld(beneath.dirs().get(0));
        }
        disk = Files.createDirectory(folder.resolve("disk"));
        mount = Mount.bind(disk, root);
        dirs = LocalDirs.create(root, APP, 1);
        dirs.writeMapOutput(0, 0, List.of(CONTENT));
    }

    @AfterEach
    void unmount() throws Exception {
        if (mount != null) {
            mount.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsAllThatIsOnADiskThatIsUnmountedWhileItRuns(boolean inUse) throws Exception {
        LocalDirs ofTheDead = LocalDirs.create(root, DEAD, 1);
        ofTheDead.write("data", CONTENT);
        try (ManagedProcess daemon = settings.start()) {
            register();
            try (SparkClient driver = SparkClients.connect(SparkVersion.V2_4_8, settings.port(), DEAD, Map.of())) {
                driver.registerDriver(MesosDriver.TIMEOUT.toMillis(), MesosDriver.TIMEOUT.toMillis() / 4);
                driver.registerExecutor("1", ofTheDead.names(), ofTheDead.subDirsPerLocalDir());
                if (inUse) {
                    // The file stays open for the next who asks.
                    assertServed();
                    mount.unmountLazily();
                } else {
                    mount.unmount();
                }

                daemon.await("WARN roots.RootMonitor: Root " + root + " is not what it was", LIMIT);
                Await.until("a failure", LIMIT, () -> failure().contains("its root " + root + " is unavailable: "));
            }
            // Whether its files still change is unknown without the disk.
            daemon.await(
                    "Application " + DEAD + " stays, because changes in its local directories cannot be determined",
                    LIMIT);
            assertThat(daemon.output().linesWith(WARNING)).hasSize(2);
            assertBeneathUntouched();
            assertThat(disk.resolve(LocalDirs.dirName(DEAD, 0))).isDirectory();

            mount = Mount.bind(disk, root);

            daemon.await("INFO roots.RootMonitor: Root " + root + " is what it was again", LIMIT);
            assertServed();
            daemon.await("Application " + DEAD + " removed, cleanupLocalDirs = true", LIMIT);
            Await.until(
                    "the dead one's end",
                    LIMIT,
                    () -> Files.notExists(ofTheDead.dirs().get(0)));
            assertThat(daemon.output().linesWith(WARNING)).hasSize(2);
        }
        mount.unmount();
        assertBeneathUntouched();
    }

    @Test
    void keepsAllThatIsOnADiskThatIsNotMountedAtTheStart() throws Exception {
        try (ManagedProcess daemon = settings.start()) {
            register();
            // Nothing of that name lies beneath the disk.
            register("2", LocalDirs.create(root, "other", 1));
            daemon.kill();
        }
        mount.unmount();
        try (ManagedProcess daemon = settings.start()) {
            daemon.await("Restored 2 executors of 1 applications in ", LIMIT);
            daemon.await("WARN roots.RootMonitor: Root " + root + " is not what it was", LIMIT);
            assertThat(failure()).contains("its root " + root + " is unavailable: ");
            assertThat(daemon.output().linesWith(WARNING)).hasSize(1);
            assertBeneathUntouched();

            mount = Mount.bind(disk, root);

            daemon.await("INFO roots.RootMonitor: Root " + root + " is what it was again", LIMIT);
            assertServed();
        }
        mount.unmount();
        assertBeneathUntouched();
    }

    private void assertBeneathUntouched() {
        for (String name : List.of(APP, DEAD, "old")) {
            assertThat(new LocalDirs(List.of(root.resolve(LocalDirs.dirName(name, 0))), dirs.subDirsPerLocalDir())
                            .file("data"))
                    .hasBinaryContent(CONTENT);
        }
    }

    private static void makeOld(Path dir) throws IOException {
        try (Stream<Path> paths = Files.walk(dir)) {
            for (Path path : paths.toList()) {
                Files.setLastModifiedTime(path, FileTime.fromMillis(0));
            }
        }
    }

    private void register() throws Exception {
        register("1", dirs);
    }

    private void register(String execId, LocalDirs of) throws Exception {
        try (SparkClient client = connect()) {
            client.registerExecutor(execId, of.names(), of.subDirsPerLocalDir());
        }
    }

    private void assertServed() throws Exception {
        assertThat(fetch().blocks().get(BLOCK)).isEqualTo(CONTENT);
    }

    private String failure() {
        try {
            return fetch().failures().getOrDefault(BLOCK, "none");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Fetched fetch() throws Exception {
        try (SparkClient client = connect()) {
            return client.fetch("1", List.of(BLOCK));
        }
    }

    private SparkClient connect() throws Exception {
        return SparkClients.connect(SparkVersion.V3_5_9, settings.port(), APP, Map.of());
    }
}
