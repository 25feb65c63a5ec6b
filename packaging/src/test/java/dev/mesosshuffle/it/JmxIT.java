package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.JmxConnection;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Metrics as an operator's dashboards read them. */
final class JmxIT {
    private static final String PREFIX = "metrics:name=shuffleService.";
    private static final Duration START = Duration.ofSeconds(60);
    private static final int FEW = 10;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void showsEveryMetricOfSparksServiceUnderItsName() throws Exception {
        Set<String> sparks = metricsOf(
                ServiceKind.SPARKS_OWN,
                Map.of("spark.metrics.conf.*.sink.jmx.class", "org.apache.spark.metrics.sink.JmxSink"));

        Set<String> ours = metricsOf(ServiceKind.underTest(), Map.of());

        assertThat(sparks).hasSizeGreaterThan(FEW);
        assertThat(ours).containsAll(sparks);
    }

    private Set<String> metricsOf(ServiceKind kind, Map<String, String> conf) throws Exception {
        int jmxPort = FreePort.find();
        ServiceSettings settings = ServiceSettings.in(Files.createDirectory(folder.resolve(kind + "-" + jmxPort)), kind)
                .withJavaOptions(JmxConnection.javaOptions(jmxPort));
        for (Map.Entry<String, String> setting : conf.entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        try (ManagedProcess service = settings.start();
                JmxConnection jmx = JmxConnection.open(jmxPort)) {
            assertThat(service.isAlive()).isTrue();
            if (kind == ServiceKind.SPARKS_OWN) {
                // It opens its port first.
                Await.until(
                        "the metrics of Spark's service",
                        START,
                        () -> names(jmx).size() > FEW);
            }
            return names(jmx);
        }
    }

    private static Set<String> names(JmxConnection jmx) {
        try {
            return jmx.metrics().stream()
                    .filter(name -> name.startsWith(PREFIX))
                    .collect(Collectors.toSet());
        } catch (IOException | JMException e) {
            throw new AssertionError("the service publishes no metrics", e);
        }
    }

    @Test
    void countsWhatAClientDid() throws Exception {
        int jmxPort = FreePort.find();
        ServiceSettings settings =
                ServiceSettings.in(folder, ServiceKind.DAEMON).withJavaOptions(JmxConnection.javaOptions(jmxPort));
        try (ClientFixture bed = ClientFixture.start(settings);
                JmxConnection jmx = JmxConnection.open(jmxPort);
                SparkClient client = bed.connect(SparkVersion.V3_5_9, "app", Map.of())) {
            LocalDirs dirs = bed.newLocalDirs("app", 1);
            dirs.writeMapOutput(0, 0, List.of(new byte[1000], new byte[234]));
            client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
            client.fetch("1", List.of("shuffle_0_0_0", "shuffle_0_0_1"));

            assertThat(jmx.attribute(PREFIX + "registeredExecutorsSize,type=gauges", "Value"))
                    .isEqualTo(1);
            assertThat(jmx.attribute(PREFIX + "registerExecutorRequestLatencyMillis,type=timers", "Count"))
                    .isEqualTo(1L);
            assertThat(jmx.attribute(PREFIX + "openBlockRequestLatencyMillis,type=timers", "Count"))
                    .isEqualTo(1L);
            assertThat(jmx.attribute(PREFIX + "blockTransferRate,type=meters", "Count"))
                    .isEqualTo(2L);
            assertThat(jmx.attribute(PREFIX + "blockTransferRateBytes,type=meters", "Count"))
                    .isEqualTo(1234L);
            assertThat(jmx.attribute(PREFIX + "numActiveConnections,type=counters", "Count"))
                    .isEqualTo(1L);
        }
    }
}
