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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications whose driver is killed in the middle of their work, while the daemon runs or while it is down. */
final class DeadApplicationIT {
    private static final SeedFigures FIGURES = SeedFigures.SMALL;
    private static final Duration END = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesWithAllItsFiles(boolean asksMaster) throws Exception {
        try (MasterServer master = MasterServer.http()) {
            ServiceSettings settings =
                    asksMaster ? settings().with("spark.mesos.shuffle.service.master", master.host()) : settings();
            LocalRoot root = new LocalRoot(settings.localRoot());
            try (ManagedProcess service = settings.start();
                    SparkCluster cluster = cluster("killed", root);
                    SeedApplication application = start(cluster, "killed", settings)) {
                master.frameworks = List.of(application.appId());
                application.step("map");
                assertThat(filesOf(application, service).sizes()).isNotEmpty();

                cluster.killWorkers();
                assertThat(application.kill()).isEqualTo(KILLED);
                long ended = System.nanoTime();
                master.frameworks = List.of();
                master.completed = List.of(application.appId());

                service.await(
                        over(application) + (asksMaster ? "; the Mesos master lists it as completed" : "") + "\\.$",
                        END);
                awaitNothingBeside(List.of(), root);
                System.out.printf(
                        "From the end of a driver to the end of its last file (%s a master): %.1f s%n",
                        asksMaster ? "with" : "without", (System.nanoTime() - ended) / 1e9);
                assertThat(service.terminate(END)).isZero();
            }
        }
    }

    @Test
    void goesWithoutTheFilesOfAnotherOne() throws Exception {
        ServiceSettings settings = settings();
        LocalRoot root = new LocalRoot(settings.localRoot());
        try (ManagedProcess service = settings.start();
                SparkCluster clusterOfTheKilled = cluster("killed", root);
                SparkCluster clusterOfTheLiving = cluster("living", root);
                SeedApplication killed = start(clusterOfTheKilled, "killed", settings);
                SeedApplication living = start(clusterOfTheLiving, "living", settings)) {
            killed.step("map");
            StepReport mapped = living.step("map");
            living.step("idle");
            assertThat(filesOf(killed, service).sizes()).hasSizeGreaterThanOrEqualTo(2 * FIGURES.mappers());
            ApplicationFiles filesOfTheLiving = filesOf(living, service);
            assertThat(filesOfTheLiving.sizes()).hasSizeGreaterThanOrEqualTo(2 * FIGURES.mappers());

            clusterOfTheKilled.killWorkers();
            assertThat(killed.kill()).isEqualTo(KILLED);

            service.await(over(killed) + "\\.$", END);
            awaitNothingBeside(filesOfTheLiving.dirs(), root);
            assertThat(filesOfTheLiving.again()).isEqualTo(filesOfTheLiving);
            assertCountsWithoutMappingAgain(living, mapped);
            assertThat(service.terminate(END)).isZero();
            assertThat(service.output().lines()).noneMatch(line -> line.contains(living.appId() + " timed out"));
        }
    }

    @Test
    void goesWithoutTheFilesOfAnotherOneThoughItEndedWhileTheDaemonWasDown() throws Exception {
        try (MasterServer master = MasterServer.http()) {
            // No driver can be heard after a restart: that both are quiet for long says nothing, the master says all.
            ServiceSettings settings = settings()
                    .with("spark.mesos.shuffle.service.master", master.host())
                    .with("spark.mesos.shuffle.service.orphanTimeout", "2s");
            LocalRoot root = new LocalRoot(settings.localRoot());
            try (RestartedService service = RestartedService.start(settings);
                    SparkCluster clusterOfTheKilled = cluster("killed", root);
                    SparkCluster clusterOfTheLiving = cluster("living", root);
                    SeedApplication killed = start(clusterOfTheKilled, "killed", settings);
                    SeedApplication living = start(clusterOfTheLiving, "living", settings)) {
                master.frameworks = List.of(killed.appId(), living.appId());
                killed.step("map");
                StepReport mapped = living.step("map");
                living.step("idle");

                service.stop();
                clusterOfTheKilled.killWorkers();
                assertThat(killed.kill()).isEqualTo(KILLED);
                long ended = System.nanoTime();
                master.frameworks = List.of(living.appId());
                master.completed = List.of(killed.appId());
                ApplicationFiles.of(killed.appId(), service.log()).age();
                ApplicationFiles filesOfTheLiving = ApplicationFiles.of(living.appId(), service.log());
                assertThat(filesOfTheLiving.sizes()).hasSizeGreaterThanOrEqualTo(2 * FIGURES.mappers());
                filesOfTheLiving.age();
                service.startAgain(settings);
                long started = System.nanoTime();

                awaitNothingBeside(filesOfTheLiving.dirs(), root);
                System.out.printf(
                        "From the end of a driver, while the daemon was down, to the end of its last file: %.1f s,"
                                + " %.1f s of them since the start%n",
                        (System.nanoTime() - ended) / 1e9, (System.nanoTime() - started) / 1e9);
                service.process().await("Application " + living.appId() + " would expire .*, but stays", END);
                assertThat(filesOfTheLiving.again()).isEqualTo(filesOfTheLiving);
                assertCountsWithoutMappingAgain(living, mapped);
            }
        }
    }

    private static void assertCountsWithoutMappingAgain(SeedApplication application, StepReport mapped)
            throws InterruptedException {
        StepReport counted = application.step("count");
        assertThat(counted.number("groups")).isEqualTo(FIGURES.keys());
        assertThat(counted.number("mapTasks")).isEqualTo(FIGURES.mappers());
        assertThat(counted.number("fetchFailures")).isZero();
        assertThat(counted.number("remoteBlocks") - mapped.number("remoteBlocks"))
                .isEqualTo((long) FIGURES.mappers() * FIGURES.reducers());
    }

    private ServiceSettings settings() throws IOException {
        return ServiceSettings.in(folder, ServiceKind.DAEMON).with("spark.shuffle.cleaner.interval", "1s");
    }

    /** Of one worker, so that no executor is killed before it registered its dirs, which then nobody would know of. */
    private SparkCluster cluster(String name, LocalRoot root) throws IOException, InterruptedException {
        return SparkCluster.start(SparkVersion.V3_5_9, folder.resolve(name), root.path(), 1);
    }

    private SeedApplication start(SparkCluster cluster, String name, ServiceSettings settings) throws Exception {
        // A killed driver leaves its own dirs to whoever cleans up on its host.
        Path ofTheDriver = folder.resolve(name);
        SeedApplication application = SeedApplication.start(
                cluster, ofTheDriver, ofTheDriver, settings.port(), FIGURES, MesosDriver.heartbeats());
        application.step("register");
        return application;
    }

    private static ApplicationFiles filesOf(SeedApplication application, ManagedProcess service) throws IOException {
        return ApplicationFiles.of(application.appId(), service.output().lines());
    }

    private static String over(SeedApplication application) {
        return "Application " + application.appId()
                + " expired: its driver at /127\\.0\\.0\\.1:\\d+ sent no heartbeat for "
                + "\\d+ s, and it closed its connection";
    }

    private static void awaitNothingBeside(List<Path> dirs, LocalRoot root) {
        Await.until(
                "the end of all files of the dead",
                END,
                () -> root.dirsBeside(dirs).isEmpty());
    }
}
