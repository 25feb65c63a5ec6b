package dev.mesosshuffle.it;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.ProcessUsage;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.ItFolders;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkJvm;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Not a test: the program of the page on dynamic allocation, once on the daemon and once on Spark's own service from
 * the same release, and what each of the two services used. Run by {@code packaging/src/test/bin/seed-run}.
 */
public final class SeedRun {
    private static final SparkVersion SPARK = SparkVersion.V3_5_9;
    private static final double NANOS_PER_SECOND = 1e9;

    private SeedRun() {}

    /** Takes the figures: mappers, keys, size of a value, reducers; then the services, both unless named. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 4) {
            throw new IllegalArgumentException("arguments: " + Arrays.toString(arguments)
                    + " (expected: MAPPERS KEYS VALUE_SIZE REDUCERS [DAEMON|SPARKS_OWN]...)");
        }
        int[] figures =
                Arrays.stream(arguments).limit(4).mapToInt(Integer::parseInt).toArray();
        List<ServiceKind> kinds = new ArrayList<>(
                Arrays.stream(arguments).skip(4).map(ServiceKind::valueOf).toList());
        if (kinds.isEmpty()) {
            kinds.addAll(List.of(ServiceKind.DAEMON, ServiceKind.SPARKS_OWN));
        }
        for (ServiceKind kind : kinds) {
            run(kind, new SeedFigures(figures[0], figures[1], figures[2], figures[3]));
        }
    }

    private static void run(ServiceKind kind, SeedFigures figures) throws Exception {
        Path folder = ItFolders.target().resolve("seed-run").resolve(kind.name());
        delete(folder);
        Files.createDirectories(folder);
        ServiceSettings settings = ServiceSettings.in(folder, kind);
        Path root = settings.localRoot();
        // What the tests save on starting executors would cost more than it saves here.
        Map<String, String> conf =
                Map.of("spark.executor.extraJavaOptions", SparkJvm.oneText(SparkJvm.quietOptions().stream()));
        try (ManagedProcess service = settings.start();
                SparkCluster cluster = SparkCluster.start(SPARK, folder, root, 2);
                SeedApplication application =
                        SeedApplication.start(cluster, folder, root, settings.port(), figures, conf)) {
            ProcessUsage started = ProcessUsage.of(service.pid());
            long mapStart = System.nanoTime();
            application.step("map");
            double mapSeconds = secondsSince(mapStart);
            StepReport mapped = application.step("idle");
            long countStart = System.nanoTime();
            StepReport counted = application.step("count");
            double countSeconds = secondsSince(countStart);
            ProcessUsage used = ProcessUsage.of(service.pid()).since(started);
            application.stop();

            System.out.printf(
                    "%-10s map %.1f s, count %.1f s; the service's CPU %.2f s (and %.2f s to start), its peak resident"
                            + " memory %d MiB%n",
                    kind, mapSeconds, countSeconds, used.cpuSeconds(), started.cpuSeconds(), used.peakResidentMib());
            printResult(mapped, counted);
        } finally {
            delete(root);
        }
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / NANOS_PER_SECOND;
    }

    private static void printResult(StepReport mapped, StepReport counted) {
        System.out.printf(
                "           Groups count: %d; counted over %d blocks of %d bytes; %d fetch failures, %d failed tasks, %d"
                        + " map tasks%n",
                counted.number("groups"),
                counted.number("remoteBlocks") - mapped.number("remoteBlocks"),
                counted.number("remoteBytes") - mapped.number("remoteBytes"),
                counted.number("fetchFailures"),
                counted.number("failedTasks"),
                counted.number("mapTasks"));
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            List<Path> files;
            try (Stream<Path> all = Files.walk(folder)) {
                files = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }
}
