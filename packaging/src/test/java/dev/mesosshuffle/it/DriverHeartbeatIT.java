package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Applications that live and end as the heartbeats of their drivers tell. */
final class DriverHeartbeatIT {
    private static final long TIMEOUT_MILLIS = 1_500;
    private static final long INTERVAL_MILLIS = 250;
    private static final long NEVER_MILLIS = 3_600_000;
    private static final Duration REMOVAL = Duration.ofSeconds(30);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static ClientFixture bed;

    @BeforeAll
    static void startService() throws Exception {
        // The page's short timeouts, which must not cut a driver off.
        bed = ClientFixture.start(ServiceSettings.in(folder, ServiceKind.DAEMON)
                .with("spark.shuffle.cleaner.interval", "1s")
                .with("spark.network.timeout", "1s")
                .with("spark.shuffle.io.connectionTimeout", "1s"));
    }

    @AfterAll
    static void stopService() {
        bed.close();
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheFilesWhileHeartbeatsComeAndRemovesThemAfterwards(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        try (SparkClient driver = bed.connect(version, appId, Map.of())) {
            driver.registerDriver(TIMEOUT_MILLIS, INTERVAL_MILLIS);
            registerExecutor(version, appId, dirs);

            // Takes two timeouts, for this driver's connection stays open.
            awaitEndOfASilentOne(version);
            assertThat(dirs.dirs().get(0)).isDirectory();
        }

        bed.service().await("Application " + appId + " timed out\\. Removing shuffle files\\.", REMOVAL);
        bed.service().await("Application " + appId + " removed, cleanupLocalDirs = true", REMOVAL);
        Await.until(
                "the end of " + dirs, REMOVAL, () -> Files.notExists(dirs.dirs().get(0)));
    }

    private static void awaitEndOfASilentOne(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        try (SparkClient driver = bed.connect(version, appId, Map.of())) {
            driver.registerDriver(TIMEOUT_MILLIS, NEVER_MILLIS);
            registerExecutor(version, appId, dirs);

            bed.service().await("Application " + appId + " removed, cleanupLocalDirs = true", REMOVAL);
            Await.until(
                    "the end of " + dirs,
                    REMOVAL,
                    () -> Files.notExists(dirs.dirs().get(0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesLocalDirsOutsideTheRootAndSaysWhy(SparkVersion version) throws Exception {
        Path outside =
                Files.createDirectories(folder.resolve("outside").resolve(LocalDirs.dirName(version.toString(), 0)));
        try (SparkClient client = bed.connect(version, bed.newAppId(version), Map.of())) {
            Throwable refusal = catchThrowable(() -> client.registerExecutor("1", List.of(outside.toString()), 64));

            assertThat(refusal).isNotNull().hasMessageContaining(outside.toString());
        }
        assertThat(outside).isDirectory();
    }

    private static void registerExecutor(SparkVersion version, String appId, LocalDirs dirs) throws Exception {
        try (SparkClient executor = bed.connect(version, appId, Map.of())) {
            executor.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
        }
    }
}
