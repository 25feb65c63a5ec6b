package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The daemon killed in the middle of an application. */
final class DaemonRestartIT {
    private static final Pattern REGISTERED =
            Pattern.compile("Registered executor AppExecId\\{appId=\\S+, execId=(\\d+)}");

    /** Less than a request brings, so that executors ask for each block as a stream of its own. */
    private static final Map<String, String> FETCH_TO_DISK =
            Map.of("spark.network.maxRemoteBlockSizeFetchToMem", "10k");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void servesMapOutputAfterItWasKilledThoughNoExecutorRegistersAgain() throws Exception {
        ServiceSettings settings = ServiceSettings.in(folder, ServiceKind.underTest());
        Path root = settings.localRoot();
        SeedFigures figures = SeedFigures.SMALL;
        try (ManagedProcess killed = settings.start();
                SparkCluster cluster = SparkCluster.start(SparkVersion.V3_5_9, folder, root, 2);
                SeedApplication application =
                        SeedApplication.start(cluster, folder, root, settings.port(), figures, FETCH_TO_DISK)) {
            StepReport mapped = application.step("map");
            application.step("idle");
            Set<String> mappers = executorsIn(killed.output().linesWith(REGISTERED));

            killed.kill();
            try (ManagedProcess restarted = settings.start()) {
                StepReport counted = application.step("count");

                assertThat(counted.number("groups")).isEqualTo(figures.keys());
                assertThat(counted.number("mapTasks")).isEqualTo(mapped.number("mapTasks"));
                assertThat(counted.number("failedTasks")).isZero();
                assertThat(counted.number("remoteBlocks") - mapped.number("remoteBlocks"))
                        .isEqualTo((long) figures.mappers() * figures.reducers());
                assertThat(counted.number("remoteBytesToDisk") - mapped.number("remoteBytesToDisk"))
                        .isEqualTo(counted.number("remoteBytes") - mapped.number("remoteBytes"));
                assertThat(mappers).isNotEmpty();
                assertThat(executorsIn(restarted.output().linesWith(REGISTERED)))
                        .doesNotContainAnyElementsOf(mappers);
                application.stop();
            }
        }
    }

    private static Set<String> executorsIn(Collection<String> lines) {
        return lines.stream()
                .flatMap(line -> REGISTERED.matcher(line).results())
                .map(match -> match.group(1))
                .collect(Collectors.toUnmodifiableSet());
    }
}
