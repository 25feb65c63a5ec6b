package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.process.ShortFolder;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.ItFolders;
import dev.mesosshuffle.it.spark.SparkJvm;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The commands of operators, as they type them, and a daemon that is killed in between. */
final class OperatorCommandsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String APP = "4d0f-0023";
    private static final long TIMEOUT_MILLIS = 5_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @TempDir(factory = ShortFolder.class)
    private Path state;

    private ServiceSettings settings;

    @BeforeEach
    void prepare() throws Exception {
        settings = ServiceSettings.in(folder, ServiceKind.DAEMON)
                .with("spark.shuffle.cleaner.interval", "1s")
                .with("spark.mesos.shuffle.service.state.dir", state.toString());
    }

    private record Result(int status, String text) {}

    private Result run(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ItFolders.target()
                        .resolve("mesos-shuffle-service/bin/mesos-shuffle-service")
                        .toString(),
                "--conf",
                "spark.mesos.shuffle.service.state.dir=" + state,
                "--conf",
                "spark.shuffle.service.port=" + settings.port()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        SparkJvm.withoutSparkSettings(builder);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // What the daemon may have, and a command must not touch.
        builder.environment().put("SPARK_DAEMON_JAVA_OPTS", "-Dcom.sun.management.jmxremote.port=1 -Xmx1t");
        try (ManagedProcess process = ManagedProcess.start("command", builder, folder.resolve("commands.log"))) {
            int status = process.awaitExit(LIMIT);
            return new Result(status, String.join("\n", process.output().lines()));
        }
    }

    @Test
    void keepsOverAKillReleasesAndRemoves() throws Exception {
        LocalDirs dirs = LocalDirs.create(settings.localRoot(), APP, 1);
        dirs.writeMapOutput(0, 0, List.of(new byte[2048]));
        try (ManagedProcess daemon = settings.start()) {
            assertThat(run("apps")).isEqualTo(new Result(0, "No application is registered here."));
            try (SparkClient driver = SparkClients.connect(SparkVersion.V2_4_8, settings.port(), APP, Map.of())) {
                driver.registerDriver(TIMEOUT_MILLIS, TIMEOUT_MILLIS / 4);
                driver.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
                assertThat(run("apps").text())
                        .containsPattern(APP + " +alive +1 +2\\.0 KiB +\\d+ m?s ago +expires in ");
                assertThat(run("keep", APP))
                        .isEqualTo(new Result(0, "Application " + APP + " is kept until it is released."));
            }
            daemon.await("TransitionReporter: Application " + APP + " is kept by an operator", LIMIT);
            assertThat(run("remove", APP).text())
                    .isEqualTo("mesos-shuffle-service: application " + APP
                            + " is kept by an operator (expected: to be released before it is removed)");
            daemon.kill();
        }
        assertThat(run("apps").status()).isEqualTo(1);
        assertThat(run("apps").text()).startsWith("mesos-shuffle-service: no daemon runs with this configuration: ");

        try (ManagedProcess daemon = settings.start()) {
            daemon.await("Kept by an operator until they are released, as before: " + APP, LIMIT);
            assertThat(run("apps").text()).containsPattern(APP + " +kept +1 +2\\.0 KiB ");
            assertThat(run("keep", "0023"))
                    .isEqualTo(new Result(
                            1,
                            "mesos-shuffle-service: application 0023 is not registered here (expected: " + APP + ")"));
            assertThat(run("release", APP).status()).isZero();
            assertThat(run("remove", APP))
                    .isEqualTo(new Result(
                            0, "Application " + APP + " is removed; 1 of its directories are being deleted."));
            daemon.await("ApplicationAdmin: Application " + APP + " expired: an operator removed it", LIMIT);
            daemon.await("Application " + APP + " removed, cleanupLocalDirs = true", LIMIT);
            Await.until(
                    "the end of " + dirs,
                    LIMIT,
                    () -> Files.notExists(dirs.dirs().get(0)));
            assertThat(run("apps").text()).isEqualTo("No application is registered here.");
        }
    }

    @Test
    void refusesABadCommandLineAndAPathThatIsTooLong() throws Exception {
        assertThat(run("keep"))
                .isEqualTo(new Result(64, "mesos-shuffle-service: keep (expected: keep APP) (see --help)"));
        Result tooLong = run("apps", "--conf", "spark.mesos.shuffle.service.state.dir=/" + "x".repeat(107));
        assertThat(tooLong.status()).isEqualTo(78);
        assertThat(tooLong.text()).contains("expected: at most 106");
    }
}
