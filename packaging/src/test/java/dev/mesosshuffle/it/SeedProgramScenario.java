package dev.mesosshuffle.it;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkHost;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Not a test by itself: the seed's program on services that run already, one on each host, where every block goes over
 * the network. Run by the cases of {@code packaging/test}.
 */
public final class SeedProgramScenario {
    private static final SeedFigures FIGURES = SeedFigures.SMALL;
    private static final Duration MEANWHILE = Duration.ofMinutes(2);

    private SeedProgramScenario() {}

    /**
     * Takes the port of the services; a folder for logs; a command to be run while the application has map output but no
     * executors; and the hosts, each as its local root, or as {@code NAMESPACE=ADDRESS=LOCAL_ROOT}.
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 4) {
            throw new IllegalArgumentException(
                    "arguments: " + Arrays.toString(arguments) + " (expected: PORT FOLDER COMMAND HOST...)");
        }
        int port = Integer.parseInt(arguments[0]);
        Path folder = Path.of(arguments[1]);
        List<SparkHost> hosts =
                Arrays.stream(arguments).skip(3).map(SeedProgramScenario::host).toList();
        // No task before each host has an executor, so that each gets map output.
        Map<String, String> conf = Map.of(
                "spark.dynamicAllocation.initialExecutors",
                Integer.toString(hosts.size()),
                "spark.cores.max",
                Integer.toString(hosts.size()),
                "spark.scheduler.minRegisteredResourcesRatio",
                "1.0",
                "spark.scheduler.maxRegisteredResourcesWaitingTime",
                "60s",
                // The first to be there waits for the last.
                "spark.dynamicAllocation.executorIdleTimeout",
                "10s");
        try (SparkCluster cluster = SparkCluster.start(SparkVersion.V3_5_9, folder, hosts);
                SeedApplication application =
                        SeedApplication.start(cluster, folder, folder.resolve("driver"), port, FIGURES, conf)) {
            StepReport mapped = application.step("map");
            application.step("idle");
            meanwhile(arguments[2], folder);
            StepReport counted = application.step("count");
            StepReport summed = application.step("sum");
            expect("groups", FIGURES.keys(), counted.number("groups"));
            expect("sum", summed.number("expectedSum"), summed.number("sum"));
            expect("map tasks", FIGURES.mappers(), summed.number("mapTasks"));
            expect("failed tasks", 0, summed.number("failedTasks"));
            expect(
                    "blocks over the network",
                    2L * FIGURES.mappers() * FIGURES.reducers(),
                    summed.number("remoteBlocks") - mapped.number("remoteBlocks"));
            application.stop();
            System.out.println("Application " + application.appId() + " came to the right result");
        }
    }

    private static SparkHost host(String argument) {
        List<String> parts = List.of(argument.split("=", -1));
        return parts.size() == 1
                ? SparkHost.loopback(Path.of(argument))
                : SparkHost.namespace(parts.get(0), parts.get(1), Path.of(parts.get(2)));
    }

    private static void meanwhile(String command, Path folder) throws Exception {
        try (ManagedProcess process = ManagedProcess.start(
                "meanwhile", new ProcessBuilder("bash", "-c", command), folder.resolve("meanwhile.log"))) {
            expect("status of " + command, 0, process.awaitExit(MEANWHILE));
        }
    }

    private static void expect(String what, long expected, long actual) {
        if (actual != expected) {
            throw new AssertionError(what + ": " + actual + " (expected: " + expected + ")");
        }
    }
}
