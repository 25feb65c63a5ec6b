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
import dev.mesosshuffle.it.spark.LocalRoot;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose only disk, which holds its registry too, is full. Passed over where mounting is not permitted. */
final class FullDiskIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String APP = "app-1";
    private static final String BLOCK = "shuffle_0_0_0";
    private static final byte[] CONTENT = new byte[100_000];
    private static final String FAILS =
            "ERROR store.StateStore: Writing to .*registry-\\d+\\.db fails: \\[SQLITE_FULL]";

    static {
        new Random(1).nextBytes(CONTENT);
    }

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private ServiceSettings settings;
    private Mount disk;
    private LocalDirs dirs;

    @BeforeEach
    void mount() throws Exception {
        settings = ServiceSettings.in(folder, ServiceKind.DAEMON).with("spark.shuffle.cleaner.interval", "1s");
        disk = Mount.tmpfs(settings.localRoot(), "64m");
        dirs = LocalDirs.create(settings.localRoot(), APP, 1);
        dirs.writeMapOutput(0, 0, List.of(CONTENT));
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void servesWhatRegistersAndWritesItOnceThereIsSpace() throws Exception {
        try (ManagedProcess daemon = settings.start()) {
            Path ballast = disk.fill();
            register();
            assertServed();
            daemon.await(FAILS, LIMIT);

            Files.delete(ballast);

            daemon.await("works again; deferred registrations and removals that are stored now: 1$", LIMIT);
            assertThat(daemon.output().linesWith(Pattern.compile("StateStore"))).hasSize(2);
            daemon.kill();
        }
        try (ManagedProcess restarted = settings.start()) {
            restarted.await("Restored 1 executors of 1 applications", LIMIT);
            assertServed();
        }
    }

    @Test
    void startsAfterAKillThoughWithoutWhatItCouldNotWrite() throws Exception {
        try (ManagedProcess daemon = settings.start()) {
            register("stored-before", dirs("stored-before"));
            disk.fill();
            register();
            assertServed();
            daemon.kill();
        }
        // What the kill gave back is taken.
        disk.fill();
        try (ManagedProcess restarted = settings.start()) {
            restarted.await("Restored 1 executors of 1 applications", LIMIT);
            assertThat(fetch().failures().get(BLOCK)).contains("not registered");
            register();
            assertServed();
            assertThat(restarted.terminate(LIMIT)).isZero();
        }
    }

    @Test
    void losesNothingWhenItIsStoppedInOrder() throws Exception {
        try (ManagedProcess daemon = settings.start()) {
            disk.fill();
            register();
            assertThat(daemon.terminate(LIMIT)).isZero();
        }
        disk.fill();
        try (ManagedProcess restarted = settings.start()) {
            restarted.await("Restored 1 executors of 1 applications", LIMIT);
            assertServed();
        }
    }

    @Test
    void makesRoomByRemovingWhatIsOver() throws Exception {
        try (ManagedProcess daemon = settings.start()) {
            dirs.write("large", new byte[8 << 20]);
            LocalDirs ofAnother = dirs("another");
            register("another", ofAnother);
            disk.fill();
            try (SparkClient driver = SparkClients.connect(SparkVersion.V2_4_8, settings.port(), APP, Map.of())) {
                driver.registerDriver(MesosDriver.TIMEOUT.toMillis(), MesosDriver.TIMEOUT.toMillis() / 4);
                driver.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
            }

            daemon.await("Application " + APP + " removed, cleanupLocalDirs = true", LIMIT);
            Await.until("space", LIMIT, () -> settings.localRoot().toFile().getUsableSpace() >= 8 << 20);
            assertThat(new LocalRoot(settings.localRoot()).dirsBeside(ofAnother.dirs()))
                    .isEmpty();
            daemon.await("Writing to .* works again", LIMIT);
            daemon.kill();
        }
        try (ManagedProcess restarted = settings.start()) {
            // The deferred writes of the expired one are dropped.
            restarted.await("Restored 1 executors of 1 applications", LIMIT);
        }
    }

    private LocalDirs dirs(String appId) throws Exception {
        LocalDirs more = LocalDirs.create(settings.localRoot(), appId, 1);
        more.write("data", new byte[1]);
        return more;
    }

    private void register() throws Exception {
        register(APP, dirs);
    }

    private void register(String appId, LocalDirs of) throws Exception {
        try (SparkClient client = connect(appId)) {
            client.registerExecutor("1", of.names(), of.subDirsPerLocalDir());
        }
    }

    private void assertServed() throws Exception {
        assertThat(fetch().blocks().get(BLOCK)).isEqualTo(CONTENT);
    }

    private Fetched fetch() throws Exception {
        try (SparkClient client = connect(APP)) {
            return client.fetch("1", List.of(BLOCK));
        }
    }

    private SparkClient connect(String appId) throws Exception {
        return SparkClients.connect(SparkVersion.V3_5_9, settings.port(), appId, Map.of());
    }
}
