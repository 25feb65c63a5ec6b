package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.RestartedService;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.LocalRoot;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import dev.mesosshuffle.mesos.MasterServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application whose driver registers once and goes on sending heartbeats, while the daemon is killed, and later
 * stopped. Before and after each start the application is idle for longer than its heartbeat timeout.
 */
final class LongLivedApplicationIT {
    private static final SeedFigures FIGURES = SeedFigures.SMALL;
    private static final Duration END = Duration.ofSeconds(60);

    private static final Pattern INFO = Pattern.compile("^\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d INFO ");
    private static final String ORPHAN_TIMEOUT = "spark.mesos.shuffle.service.orphanTimeout";

    /** Less than an idle phase. */
    private static final String SHORT = "2s";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outlivesTwoRestartsAndGoesOnceItIsOver(boolean asksMaster) throws Exception {
        try (MasterServer master = MasterServer.http()) {
            ServiceSettings settings =
                    ServiceSettings.in(folder, ServiceKind.DAEMON).with("spark.shuffle.cleaner.interval", "1s");
            if (asksMaster) {
                // After a restart the driver cannot be heard, so only the master keeps the files.
                settings = settings.with("spark.mesos.shuffle.service.master", master.host())
                        .with(ORPHAN_TIMEOUT, SHORT);
            }
            outlivesTwoRestartsAndGoesOnceItIsOver(settings, master, asksMaster);
        }
    }

    private void outlivesTwoRestartsAndGoesOnceItIsOver(
            ServiceSettings settings, MasterServer master, boolean asksMaster) throws Exception {
        LocalRoot root = new LocalRoot(settings.localRoot());
        try (RestartedService service = RestartedService.start(settings);
                SparkCluster cluster = SparkCluster.start(SparkVersion.V3_5_9, folder, root.path(), 1);
                SeedApplication application = SeedApplication.start(
                        cluster,
                        folder,
                        folder.resolve("driver"),
                        settings.port(),
                        FIGURES,
                        MesosDriver.heartbeats())) {
            String appId = application.appId();
            master.frameworks = List.of(appId);
            master.completed = List.of(MesosDriver.WITNESS);
            application.step("register");
            StepReport mapped = application.step("map");
            assertThat(application.step("idle").number("executors")).isZero();
            MesosDriver.awaitEndOfAWitness(service.process(), settings.port());
            ApplicationFiles mapOutput = ApplicationFiles.of(appId, service.log());
            assertThat(mapOutput.sizes()).hasSizeGreaterThanOrEqualTo(2 * FIGURES.mappers());
            mapOutput.age();

            service.killAndStart(settings);
            awaitIdlePhase(service.process(), settings, asksMaster, appId);
            assertThat(mapOutput.again()).isEqualTo(mapOutput);
            assertThat(application.step("count").number("groups")).isEqualTo(FIGURES.keys());
            ApplicationFiles.of(appId, service.log()).age();

            service.stopAndStart(settings);
            awaitIdlePhase(service.process(), settings, asksMaster, appId);
            assertThat(mapOutput.again()).isEqualTo(mapOutput);
            assertRightAndNoMapTaskTwice(mapped, application.step("sum"));

            cluster.killWorkers();
            application.stop();
            master.frameworks = List.of();
            master.completed = List.of(appId);
            ApplicationFiles.of(appId, service.log()).age();
            service.stopAndStart(settings.with(ORPHAN_TIMEOUT, SHORT));
            service.process().await("Application " + appId + " removed, cleanupLocalDirs = true", END);
            Await.until(
                    "the end of all files",
                    END,
                    () -> root.dirsBeside(List.of()).isEmpty());
            assertThat(service.log().stream().filter(line -> line.endsWith(" Stopping")))
                    .as("the ends that were asked for")
                    .hasSize(2);
            // The folder of the build may be too deep for the path of the socket for commands.
            assertThat(service.log())
                    .filteredOn(
                            line -> !line.contains(" The commands apps, keep, release and remove are not available: "))
                    .allSatisfy(line -> assertThat(line).containsPattern(INFO));
        }
    }

    private static void awaitIdlePhase(
            ManagedProcess service, ServiceSettings settings, boolean asksMaster, String appId) throws Exception {
        if (asksMaster) {
            service.await(
                    "Application " + appId + " would expire \\(.*\\), but stays: the Mesos master lists it as alive",
                    END);
        } else {
            MesosDriver.awaitEndOfAWitness(service, settings.port());
        }
    }

    private static void assertRightAndNoMapTaskTwice(StepReport mapped, StepReport summed) {
        assertThat(summed.number("sum")).isEqualTo(summed.number("expectedSum"));
        assertThat(summed.number("mapTasks")).isEqualTo(FIGURES.mappers());
        assertThat(summed.number("failedTasks")).isZero();
        assertThat(summed.number("fetchFailures")).isZero();
        assertThat(summed.number("remoteBlocks") - mapped.number("remoteBlocks"))
                .as("blocks of two jobs, all of them from the daemon")
                .isEqualTo(2L * FIGURES.mappers() * FIGURES.reducers());
    }
}
