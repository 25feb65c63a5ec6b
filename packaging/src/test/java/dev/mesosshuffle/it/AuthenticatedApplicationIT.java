package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.security.MeteredDaemon;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.TestCertificates;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.spark.LocalRoot;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real applications that authenticate and encrypt, whose blocks come from the daemon alone, until their files are gone.
 * Applications with different modes share a cluster as far as its master can serve them, and the daemon in any case, but
 * that TLS has one of its own.
 */
final class AuthenticatedApplicationIT {
    private static final Duration END = Duration.ofSeconds(60);
    private static final long LONGEST_APPLICATION_SECONDS = 240;
    private static final String SASL = "authentication.succeeded.sasl";
    private static final String KEY_EXCHANGE = "authentication.succeeded.keyExchange";
    private static final String TLS = "tlsHandshakes";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static TestCertificates certificates;
    private static MeteredDaemon daemon;

    @BeforeAll
    static void startDaemon() throws Exception {
        certificates = TestCertificates.create(folder.resolve("certificates"));
        daemon = MeteredDaemon.start(folder, ProtectionMode.SASL, certificates);
    }

    @AfterAll
    static void stopDaemon() throws Exception {
        daemon.close();
    }

    /** Of the modes of one cluster, its master and its workers have the last one. */
    static Stream<Arguments> modesOfOneCluster() {
        return Stream.of(
                Arguments.of(
                        SparkVersion.V2_4_8,
                        List.of(ProtectionMode.SASL, ProtectionMode.SASL_ENCRYPTED, ProtectionMode.CHALLENGE)),
                Arguments.of(SparkVersion.V3_3_4, List.of(ProtectionMode.SASL, ProtectionMode.CTR_V1)),
                Arguments.of(SparkVersion.V3_5_9, List.of(ProtectionMode.SASL, ProtectionMode.CTR_V1)),
                Arguments.of(SparkVersion.V3_5_9, List.of(ProtectionMode.GCM_V1)),
                Arguments.of(SparkVersion.V4_2_0, List.of(ProtectionMode.SASL, ProtectionMode.CTR_V1)),
                Arguments.of(SparkVersion.V4_2_0, List.of(ProtectionMode.GCM_V1)));
    }

    /** The further ones of the newest version; with {@code -Dauthentication.allModes=true}, since each takes a cluster. */
    static Stream<Arguments> modesOfKeyVersion2() {
        return modesOnDemand(ProtectionMode.CTR_V2, ProtectionMode.GCM_V2);
    }

    private static Stream<Arguments> modesOnDemand(ProtectionMode... modes) {
        return Boolean.getBoolean("authentication.allModes")
                ? Stream.of(modes).map(mode -> Arguments.of(SparkVersion.V4_2_0, List.of(mode)))
                : Stream.empty();
    }

    @ParameterizedTest
    @MethodSource({"modesOfOneCluster", "modesOfKeyVersion2"})
    void shufflesThroughTheDaemonAloneAndLeavesNothing(SparkVersion version, List<ProtectionMode> modes)
            throws Exception {
        shufflesThroughTheDaemonAlone(daemon, version, modes);
    }

    @ParameterizedTest
    @MethodSource("modesWithTls")
    void doesSoWithTls(SparkVersion version, List<ProtectionMode> modes) throws Exception {
        try (MeteredDaemon withTls = MeteredDaemon.start(folder, modes.get(0), certificates)) {
            shufflesThroughTheDaemonAlone(withTls, version, modes);
        }
    }

    static Stream<Arguments> modesWithTls() {
        return Stream.concat(
                Stream.of(Arguments.of(SparkVersion.V4_2_0, List.of(ProtectionMode.TLS_SASL))),
                modesOnDemand(ProtectionMode.TLS_CTR, ProtectionMode.TLS_GCM));
    }

    private static void shufflesThroughTheDaemonAlone(
            MeteredDaemon service, SparkVersion version, List<ProtectionMode> modes) throws Exception {
        Path ofTheCluster = Files.createTempDirectory(folder, "cluster-" + version);
        Map<String, Long> countedBefore = service.counted();
        long blocksBefore = service.blocksSent();
        List<ProtectedApplication> applications = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        Map<String, String> conf = modes.get(modes.size() - 1).ofServices(ServiceKind.SPARKS_OWN, certificates);
        try (SparkCluster cluster =
                SparkCluster.start(version, ofTheCluster, service.localRoot(), modes.size(), conf)) {
            List<Future<ProtectedApplication>> starting = new ArrayList<>();
            for (ProtectionMode mode : modes) {
                starting.add(threads.submit(
                        () -> ProtectedApplication.start(mode, cluster, ofTheCluster, service, certificates)));
            }
            for (Future<ProtectedApplication> each : starting) {
                applications.add(each.get(LONGEST_APPLICATION_SECONDS, TimeUnit.SECONDS));
            }
            List<Future<?>> running = new ArrayList<>();
            for (ProtectedApplication application : applications) {
                running.add(threads.submit(() -> {
                    application.shuffle();
                    return application;
                }));
            }
            for (Future<?> each : running) {
                each.get(LONGEST_APPLICATION_SECONDS, TimeUnit.SECONDS);
            }

            assertThat(service.blocksSent() - blocksBefore).isEqualTo(modes.size() * ProtectedApplication.BLOCKS);
            assertCountedAsMeant(since(countedBefore, service), modes);
            assertLeavesNothing(service, cluster, applications);
        } finally {
            applications.forEach(ProtectedApplication::close);
            threads.shutdownNow();
        }
    }

    private static Map<String, Long> since(Map<String, Long> before, MeteredDaemon service) throws Exception {
        Map<String, Long> since = new TreeMap<>();
        service.counted().forEach((name, count) -> {
            long more = count - before.getOrDefault(name, 0L);
            if (more != 0) {
                since.put(name, more);
            }
        });
        return since;
    }

    /** As many connections of each mode as its application has, and nothing else: no refusal, no client without a proof. */
    private static void assertCountedAsMeant(Map<String, Long> counted, List<ProtectionMode> modes) {
        Map<String, Long> expected = new TreeMap<>();
        modes.stream()
                .flatMap(mode -> metricsOf(mode).stream())
                .forEach(name -> expected.merge(name, ProtectedApplication.CONNECTIONS, Long::sum));
        assertThat(counted).isEqualTo(expected);
    }

    private static Set<String> metricsOf(ProtectionMode mode) {
        return switch (mode) {
            case SASL -> Set.of(SASL);
            case SASL_ENCRYPTED -> Set.of("authentication.succeeded.saslEncrypted");
            case CHALLENGE -> Set.of("authentication.succeeded.challenge", "authentication.encrypted.aesCtr");
            case CTR_V1, CTR_V2 -> Set.of(KEY_EXCHANGE, "authentication.encrypted.aesCtr");
            case GCM_V1, GCM_V2 -> Set.of(KEY_EXCHANGE, "authentication.encrypted.aesGcm");
            case TLS_SASL -> Set.of(SASL, TLS);
            case TLS_CTR -> Set.of(KEY_EXCHANGE, "authentication.encrypted.aesCtr", TLS);
            case TLS_GCM -> Set.of(KEY_EXCHANGE, "authentication.encrypted.aesGcm", TLS);
            default -> throw new IllegalArgumentException("mode: " + mode + " (expected: one of this test)");
        };
    }

    private static void assertLeavesNothing(
            MeteredDaemon service, SparkCluster cluster, List<ProtectedApplication> applications) throws Exception {
        LocalRoot root = new LocalRoot(service.localRoot());
        assertThat(root.blockManagerDirs()).hasSizeGreaterThanOrEqualTo(2 * applications.size());
        cluster.killWorkers();
        for (ProtectedApplication application : applications) {
            application.killDriver();
        }
        for (ProtectedApplication application : applications) {
            service.process()
                    .await(
                            "Application " + application.appId()
                                    + " expired: its driver at .* sent no heartbeat for \\d+ s, and it closed its connection",
                            END);
            service.process().await("Application " + application.appId() + " removed, cleanupLocalDirs = true", END);
        }
        Await.until(
                "the end of all files", END, () -> root.dirsBeside(List.of()).isEmpty());
    }
}
