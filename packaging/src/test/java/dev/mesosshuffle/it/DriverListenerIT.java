package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.TestCertificates;
import dev.mesosshuffle.it.service.RestartedService;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.LocalRoot;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Applications of standalone clusters whose drivers have the listener and nothing else: their workers run no shuffle
 * service, and no Mesos master knows them.
 */
final class DriverListenerIT {
    private static final SeedFigures FIGURES = SeedFigures.SMALL;
    private static final Duration END = Duration.ofSeconds(90);

    /** So long that the pauses of a busy machine do not look like a driver's end. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    /**
     * A driver with its cluster.
     *
     * @param mode one that the daemon admits beside the other's
     */
    private record Part(SparkVersion version, ProtectionMode mode) {
        @Override
        public String toString() {
            return version + ", " + mode;
        }
    }

    /** Each version has one part; with {@code -Dlistener.allParts=true} the other one, too. */
    static Stream<Arguments> parts() {
        List<Part[]> pairs = List.of(
                new Part[] {
                    new Part(SparkVersion.V2_4_8, ProtectionMode.CHALLENGE),
                    new Part(SparkVersion.V3_5_9, ProtectionMode.SASL)
                },
                new Part[] {
                    new Part(SparkVersion.V3_0_3, ProtectionMode.SASL),
                    new Part(SparkVersion.V3_3_4, ProtectionMode.CTR_V1)
                },
                new Part[] {
                    new Part(SparkVersion.V4_0_4, ProtectionMode.GCM_V1),
                    new Part(SparkVersion.V4_2_0, ProtectionMode.CTR_V1)
                },
                new Part[] {
                    new Part(SparkVersion.V4_2_0, ProtectionMode.TLS_SASL),
                    new Part(SparkVersion.V4_2_0, ProtectionMode.TLS_SASL)
                });
        Stream<Arguments> once = pairs.stream().map(pair -> Arguments.of(pair[0], pair[1]));
        return Boolean.getBoolean("listener.allParts")
                ? Stream.concat(once, pairs.stream().map(pair -> Arguments.of(pair[1], pair[0])))
                : once;
    }

    /** The daemon is down for three timeouts, in which one of two applications ends, and its worker before it. */
    @ParameterizedTest
    @MethodSource("parts")
    void theEndedApplicationGoesAndTheLivingOneLosesNothing(Part partOfTheEnded, Part partOfTheLiving)
            throws Exception {
        TestCertificates certificates = TestCertificates.create(folder.resolve("certificates"));
        Protection ofTheEnded = Protection.of(partOfTheEnded.mode(), certificates);
        Protection ofTheLiving = Protection.of(partOfTheLiving.mode(), certificates);
        ServiceSettings settings = settings(ofTheLiving);
        LocalRoot root = new LocalRoot(settings.localRoot());
        try (RestartedService service = RestartedService.start(settings);
                SparkCluster clusterOfTheEnded = cluster(partOfTheEnded.version(), "ended", root, ofTheEnded);
                SparkCluster clusterOfTheLiving = cluster(partOfTheLiving.version(), "living", root, ofTheLiving);
                SeedApplication ended = start(clusterOfTheEnded, "ended", settings, ofTheEnded);
                SeedApplication living = start(clusterOfTheLiving, "living", settings, ofTheLiving)) {
            ended.step("map");
            StepReport mapped = living.step("map");
            assertThat(living.step("idle").number("executors")).isZero();
            awaitRegistration(service.process(), ended);
            awaitRegistration(service.process(), living);
            ApplicationFiles filesOfTheLiving = ApplicationFiles.of(living.appId(), service.log());
            assertThat(filesOfTheLiving.sizes()).hasSizeGreaterThanOrEqualTo(2 * FIGURES.mappers());

            service.stop();
            long stopped = System.nanoTime();
            clusterOfTheEnded.killWorkers();
            ended.stop();
            ApplicationFiles.of(ended.appId(), service.log()).age();
            filesOfTheLiving.age();
            living.awaitLog("Lost the connection to the shuffle service \\(port " + settings.port() + "\\) of ", END);
            awaitTimeSince(stopped, TIMEOUT.multipliedBy(3));
            service.startAgain(settings);
            long started = System.nanoTime();

            awaitRegistration(service.process(), living);
            living.awaitLog("Registered again with the shuffle service \\(port " + settings.port() + "\\) of ", END);
            service.process()
                    .await(
                            "Application " + ended.appId()
                                    + " expired: its driver registers again after a loss, and has not done so for two"
                                    + " timeouts\\.$",
                            END);
            awaitNothingBeside(filesOfTheLiving.dirs(), root);
            print(partOfTheEnded, "ended while the daemon was down, since its start", started);
            awaitTimeSince(started, TIMEOUT.multipliedBy(3));
            assertThat(filesOfTheLiving.again()).isEqualTo(filesOfTheLiving);
            assertCountsWithoutMappingAgain(living, mapped);

            clusterOfTheLiving.killWorkers();
            living.stop();
            long over = System.nanoTime();
            ApplicationFiles.of(living.appId(), service.log()).age();
            awaitEnd(service.process(), living);
            awaitNothingBeside(List.of(), root);
            print(partOfTheLiving, "ended after its worker", over);
            assertThat(living.log())
                    .filteredOn(line -> line.contains("the shuffle service"))
                    .as("one registration, one loss and one return, each told once")
                    .hasSize(3);
            assertThat(service.log())
                    .noneMatch(line -> line.contains(" ERROR ") || line.contains("could not be registered"));
        }
    }

    /** As in a standalone cluster that is used as it is: a worker deletes the files of its executors, too. */
    @ParameterizedTest
    @CsvSource({"V3_5_9", "V4_2_0"})
    void goesBesideAWorkerThatDeletesFilesItself(SparkVersion version) throws Exception {
        ServiceSettings settings = settings(Protection.NONE);
        LocalRoot root = new LocalRoot(settings.localRoot());
        try (ManagedProcess service = settings.start();
                SparkCluster cluster = cluster(version, "cluster", root, Protection.NONE);
                SeedApplication application = start(cluster, "driver", settings, Protection.NONE)) {
            StepReport mapped = application.step("map");
            assertThat(application.step("idle").number("executors")).isZero();
            assertCountsWithoutMappingAgain(application, mapped);

            application.stop();
            long over = System.nanoTime();
            awaitEnd(service, application);
            awaitNothingBeside(List.of(), root);
            print(version + ", no authentication", "ended beside its worker", over);
            assertThat(service.terminate(END)).isZero();
        }
    }

    /**
     * Settings of authentication.
     *
     * @param ofSpark for applications, masters and workers
     */
    private record Protection(Map<String, String> ofService, Map<String, String> ofSpark) {
        static final Protection NONE = new Protection(Map.of(), Map.of());

        static Protection of(ProtectionMode mode, TestCertificates certificates) {
            return new Protection(mode.ofServices(ServiceKind.DAEMON, certificates), mode.ofClients(certificates));
        }
    }

    private ServiceSettings settings(Protection protection) throws IOException {
        ServiceSettings settings =
                ServiceSettings.in(folder, ServiceKind.DAEMON).with("spark.shuffle.cleaner.interval", "1s");
        for (Map.Entry<String, String> setting : protection.ofService().entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        return settings;
    }

    /** Of one worker, so that no executor is killed before it registered its dirs, which then nobody would know of. */
    private SparkCluster cluster(SparkVersion version, String name, LocalRoot root, Protection protection)
            throws IOException, InterruptedException {
        return SparkCluster.start(version, folder.resolve(name), root.path(), 1, protection.ofSpark());
    }

    private SeedApplication start(SparkCluster cluster, String name, ServiceSettings settings, Protection protection)
            throws Exception {
        Map<String, String> conf = new HashMap<>(protection.ofSpark());
        conf.put("spark.extraListeners", "dev.mesosshuffle.driver.ShuffleServiceListener");
        conf.put("spark.mesos.shuffle.service.driver.heartbeatTimeout", TIMEOUT.toSeconds() + "s");
        Path ofTheDriver = folder.resolve(name);
        return SeedApplication.start(
                cluster, ofTheDriver, ofTheDriver, settings.port(), FIGURES, conf, List.of(DriverJar.path()));
    }

    private static void awaitRegistration(ManagedProcess service, SeedApplication application) throws Exception {
        service.await(
                "Received registration request from app " + application.appId()
                        + " \\(remote address /127\\.0\\.0\\.1:\\d+, heartbeat timeout " + TIMEOUT.toMillis()
                        + " ms\\)",
                END);
    }

    private static void awaitEnd(ManagedProcess service, SeedApplication application) throws Exception {
        service.await(
                "Application " + application.appId() + " expired: its driver at /127\\.0\\.0\\.1:\\d+ sent no heartbeat"
                        + " for \\d+ s, and it closed its connection\\.$",
                END);
        service.await("Application " + application.appId() + " removed, cleanupLocalDirs = true", END);
    }

    private static void assertCountsWithoutMappingAgain(SeedApplication application, StepReport mapped)
            throws InterruptedException {
        StepReport counted = application.step("count");
        assertThat(counted.number("groups")).isEqualTo(FIGURES.keys());
        assertThat(counted.number("mapTasks")).isEqualTo(FIGURES.mappers());
        assertThat(counted.number("failedTasks")).isZero();
        assertThat(counted.number("fetchFailures")).isZero();
        assertThat(counted.number("remoteBlocks") - mapped.number("remoteBlocks"))
                .as("blocks, all of them from the daemon")
                .isEqualTo((long) FIGURES.mappers() * FIGURES.reducers());
    }

    private static void awaitTimeSince(long start, Duration time) {
        Await.until("the time", time.plus(END), () -> System.nanoTime() - start >= time.toNanos());
    }

    private static void awaitNothingBeside(List<Path> dirs, LocalRoot root) {
        Await.until(
                "the end of all files of the ended",
                END,
                () -> root.dirsBeside(dirs).isEmpty());
    }

    private static void print(Object which, String what, long since) {
        System.out.printf(
                "Last file of an application that %s (Spark %s, timeout %d s): %.1f s%n",
                what, which, TIMEOUT.toSeconds(), (System.nanoTime() - since) / 1e9);
    }
}
