package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.SecuredService;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Drivers that authenticate, once, and then send heartbeats over that connection. Up to 2.4.8 the client is Spark's own for
 * drivers on Mesos. Later clients are given the messages by the tests; no release of Spark has both that client and TLS.
 */
final class AuthenticatedDriverIT {
    private static final long TIMEOUT_MILLIS = 1_500;
    private static final long INTERVAL_MILLIS = 250;
    private static final long NEVER_MILLIS = 3_600_000;
    private static final Duration REMOVAL = Duration.ofSeconds(30);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static SecuredService services;

    @BeforeAll
    static void prepare() throws Exception {
        services = SecuredService.in(folder, ServiceKind.DAEMON, Map.of("spark.shuffle.cleaner.interval", "1s"));
    }

    @AfterAll
    static void stopService() {
        services.close();
    }

    @ParameterizedTest
    @CsvSource({
        "SASL, V2_2_0",
        "SASL, V2_4_8",
        "SASL_ENCRYPTED, V2_4_8",
        "CHALLENGE, V2_4_8",
        "CTR_V1, V3_3_4",
        "GCM_V2, V4_2_0",
        "TLS_SASL, V4_2_0"
    })
    void keepsTheFilesWhileHeartbeatsComeAndRemovesThemAfterwards(ProtectionMode mode, SparkVersion version)
            throws Exception {
        ClientFixture bed = services.of(mode);
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        try (SparkClient driver = services.connect(mode, version, appId)) {
            driver.registerDriver(TIMEOUT_MILLIS, INTERVAL_MILLIS);
            registerExecutor(mode, version, appId, dirs);

            awaitEndOfASilentOne(bed, mode, version);
            assertThat(dirs.dirs().get(0)).isDirectory();
        }

        awaitRemoval(bed, appId, dirs);
    }

    /** Takes more than a timeout. */
    private static void awaitEndOfASilentOne(ClientFixture bed, ProtectionMode mode, SparkVersion version)
            throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        try (SparkClient driver = services.connect(mode, version, appId)) {
            driver.registerDriver(TIMEOUT_MILLIS, NEVER_MILLIS);
            registerExecutor(mode, version, appId, dirs);

            awaitRemoval(bed, appId, dirs);
        }
    }

    private static void awaitRemoval(ClientFixture bed, String appId, LocalDirs dirs) throws Exception {
        bed.service().await("Application " + appId + " removed, cleanupLocalDirs = true", REMOVAL);
        Await.until(
                "the end of " + dirs, REMOVAL, () -> Files.notExists(dirs.dirs().get(0)));
    }

    private static void registerExecutor(ProtectionMode mode, SparkVersion version, String appId, LocalDirs dirs)
            throws Exception {
        try (SparkClient executor = services.connect(mode, version, appId)) {
            executor.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
        }
    }
}
