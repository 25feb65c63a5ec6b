package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.process.Output;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.LocalRoot;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real application on a real cluster, from its first executor to the last of its files: the page on dynamic
 * allocation, as a test.
 */
final class SparkApplicationIT {
    private static final long HEARTBEAT_TIMEOUT_MILLIS = 4_000;
    private static final long HEARTBEAT_INTERVAL_MILLIS = 500;
    private static final Duration REGISTRATION = Duration.ofSeconds(30);
    private static final Duration REMOVAL = Duration.ofSeconds(30);

    /** The folder of the build may be too deep for a socket's path. */
    private static final String NO_CONTROL = "WARN mesosshuffle.ShuffleDaemon: The commands apps, keep, release and";

    private static final Pattern NOT_INFO = Pattern.compile("^(?!\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d INFO )");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"V3_3_4", "V3_5_9", "V4_0_4"})
    void shufflesThroughTheServiceAloneAndLeavesNothing(SparkVersion version) throws Exception {
        ServiceSettings settings =
                ServiceSettings.in(folder, ServiceKind.underTest()).with("spark.shuffle.cleaner.interval", "1s");
        Path root = settings.localRoot();
        try (ManagedProcess service = settings.start();
                SparkCluster cluster = SparkCluster.start(version, folder, root, 2);
                SeedApplication application =
                        SeedApplication.start(cluster, folder, root, settings.port(), SeedFigures.SMALL, Map.of())) {
            try (SparkClient driver =
                    SparkClients.connect(SparkVersion.V2_4_8, settings.port(), application.appId(), Map.of())) {
                driver.registerDriver(HEARTBEAT_TIMEOUT_MILLIS, HEARTBEAT_INTERVAL_MILLIS);
                assertShufflesThroughTheServiceAlone(application);
                assertThat(new LocalRoot(root).blockManagerDirs()).hasSizeGreaterThan(2);

                application.step("idle");
                awaitRegistrationOfAll(new LocalRoot(root), service);
                cluster.killWorkers();
                application.stop();
            }

            service.await("Application " + application.appId() + " removed, cleanupLocalDirs = true", REMOVAL);
            Await.until(
                    "the end of all local dirs and their parents",
                    REMOVAL,
                    () -> new LocalRoot(root).sparksDirs().isEmpty());
            assertLogIsThatOfThePage(service.output(), application.appId());
            assertThat(service.output().linesWith(NOT_INFO)).allMatch(line -> line.contains(NO_CONTROL));
        }
    }

    /** One that is killed before it registered its dirs leaves what nobody knows of. The driver has its own in the root. */
    private static void awaitRegistrationOfAll(LocalRoot root, ManagedProcess service) {
        Await.until(
                "the registration of every executor that began",
                REGISTRATION,
                () -> root.blockManagerDirs().stream()
                        .filter(dir -> root.path().relativize(dir).getNameCount() > 1)
                        .allMatch(dir ->
                                service.output().lines().stream().anyMatch(line -> line.contains(dir.toString()))));
    }

    private static void assertShufflesThroughTheServiceAlone(SeedApplication application) throws Exception {
        SeedFigures figures = SeedFigures.SMALL;
        StepReport mapped = application.step("map");
        assertThat(mapped.number("mapTasks")).isEqualTo(figures.mappers());

        assertThat(application.step("idle").number("executors")).isZero();
        StepReport counted = application.step("count");
        assertThat(counted.number("groups")).isEqualTo(figures.keys());
        StepReport summed = application.step("sum");
        assertThat(summed.number("sum")).isEqualTo(summed.number("expectedSum"));

        assertThat(summed.number("mapTasks"))
                .as("map tasks, none of them twice")
                .isEqualTo(figures.mappers());
        assertThat(summed.number("failedTasks")).isZero();
        assertThat(summed.number("fetchFailures")).isZero();
        assertThat(summed.number("localBlocks") - mapped.number("localBlocks")).isZero();
        assertThat(summed.number("remoteBlocks") - mapped.number("remoteBlocks"))
                .as("blocks of two jobs, all of them over the network")
                .isEqualTo(2L * figures.mappers() * figures.reducers());
        assertThat(summed.number("remoteBytes") - mapped.number("remoteBytes"))
                .isGreaterThan(2L * figures.mappers() * figures.keys() * figures.valueSize());
    }

    private static void assertLogIsThatOfThePage(Output log, String appId) {
        String time = "^\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d INFO ";
        // The daemon's own lines say why; the page has only those that Spark's service wrote.
        List<String> ofTheApplication = log.linesWith(Pattern.compile(Pattern.quote(appId))).stream()
                .filter(line -> !line.contains(" INFO liveness."))
                .toList();
        assertThat(ofTheApplication).hasSizeGreaterThan(4);
        assertThat(ofTheApplication.get(0))
                .containsPattern(time
                        + "mesos\\.MesosExternalShuffleBlockHandler: Received registration request from app " + appId
                        + " \\(remote address /127\\.0\\.0\\.1:\\d+, heartbeat timeout " + HEARTBEAT_TIMEOUT_MILLIS
                        + " ms\\)\\.$");
        int last = ofTheApplication.size() - 1;
        assertThat(ofTheApplication.subList(1, last - 1))
                .allSatisfy(line -> assertThat(line)
                        .containsPattern(time + "shuffle\\.ExternalShuffleBlockResolver: Registered executor "
                                + "AppExecId\\{appId=" + appId + ", execId=\\d+} with ExecutorShuffleInfo\\{localDirs="
                                + "\\[/[^,\\]]+/blockmgr-[^,\\]/]+], subDirsPerLocalDir=64, "
                                + "shuffleManager=org\\.apache\\.spark\\.shuffle\\.sort\\.SortShuffleManager}$"));
        assertThat(ofTheApplication.get(last - 1))
                .containsPattern(time + "mesos\\.MesosExternalShuffleBlockHandler: Application " + appId
                        + " timed out\\. Removing shuffle files\\.$");
        assertThat(ofTheApplication.get(last))
                .containsPattern(time + "shuffle\\.ExternalShuffleBlockResolver: Application " + appId
                        + " removed, cleanupLocalDirs = true$");
    }
}
