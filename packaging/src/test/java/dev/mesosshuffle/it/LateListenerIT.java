package dev.mesosshuffle.it;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkJvm;
import dev.mesosshuffle.it.spark.SparkSources;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The listener without the events of executors and of the application's end, which Spark may drop. */
final class LateListenerIT {
    private static final Duration END = Duration.ofSeconds(90);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            value = SparkVersion.class,
            names = {"V2_4_8", "V3_5_9", "V4_2_0"})
    void findsTheHostsOfExecutorsAndTheEndOfTheApplicationByItself(SparkVersion version) throws Exception {
        ServiceSettings settings =
                ServiceSettings.in(folder, ServiceKind.DAEMON).with("spark.shuffle.cleaner.interval", "1s");
        try (ManagedProcess service = settings.start();
                SparkCluster cluster = SparkCluster.start(version, folder, settings.localRoot(), 1);
                ManagedProcess driver = start(cluster, settings)) {
            String appId = driver.await("counted 3 in application (\\S+)", END).group(1);
            service.await("Received registration request from app " + appId + " ", END);

            driver.send("stop");
            var unused = driver.await("^stopped$", END);

            service.await(
                    "Application " + appId
                            + " expired: its driver at /127\\.0\\.0\\.1:\\d+ sent no heartbeat for \\d+ s,"
                            + " and it closed its connection\\.$",
                    END);
        }
    }

    private ManagedProcess start(SparkCluster cluster, ServiceSettings settings) throws IOException {
        Path jar = DriverJar.path();
        Path classes = SparkSources.compile(cluster.version(), List.of("listener"), List.of(jar));
        String address = cluster.masterHost().address();
        Map<String, String> conf = Map.of(
                "spark.app.name",
                "late",
                "spark.master",
                cluster.masterUrl(),
                "spark.driver.host",
                address,
                "spark.driver.bindAddress",
                address,
                "spark.ui.enabled",
                "false",
                "spark.local.dir",
                folder.resolve("driver").toString(),
                "spark.executor.extraJavaOptions",
                SparkJvm.oneText(Stream.of(SparkJvm.openedPackages(), SparkJvm.quietOptions(), SparkJvm.briefOptions())
                        .flatMap(List::stream)),
                "spark.shuffle.service.enabled",
                "true",
                "spark.shuffle.service.port",
                Integer.toString(settings.port()),
                "spark.mesos.shuffle.service.driver.heartbeatTimeout",
                "3s");
        ProcessBuilder command = SparkJvm.command(
                cluster.version(),
                List.of(classes, jar),
                conf,
                SparkJvm.briefOptions(),
                "dev.mesosshuffle.it.listener.LateListener",
                List.of());
        return ManagedProcess.start("driver", cluster.masterHost().run(command), folder.resolve("driver.log"));
    }
}
