package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The seed's program as an application of a cluster, its driver in a process of its own, driven step by step. */
public final class SeedApplication implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(60);

    private final ManagedProcess driver;
    private final Duration longestStep;
    private final String appId;

    private SeedApplication(ManagedProcess driver, Duration longestStep, String appId) {
        this.driver = driver;
        this.longestStep = longestStep;
        this.appId = appId;
    }

    /**
     * Starts the driver; no executor runs before the first step.
     *
     * @param figures the program's arguments
     * @param conf beside what makes it use the service on the port, over the network, with dynamic allocation
     */
    public static SeedApplication start(
            SparkCluster cluster,
            Path folder,
            Path localRoot,
            int servicePort,
            SeedFigures figures,
            Map<String, String> conf)
            throws IOException, InterruptedException {
        return start(cluster, folder, localRoot, servicePort, figures, conf, List.of());
    }

    /**
     * Starts the driver; no executor runs before the first step.
     *
     * @param conf beside what makes it use the service on the port, over the network, with dynamic allocation
     * @param jars on the driver's class path beside Spark's own
     */
    public static SeedApplication start(
            SparkCluster cluster,
            Path folder,
            Path localRoot,
            int servicePort,
            SeedFigures figures,
            Map<String, String> conf,
            List<Path> jars)
            throws IOException, InterruptedException {
        Path classes = SparkSources.compile(cluster.version(), List.of("app"), List.of());
        Map<String, String> all = new LinkedHashMap<>(settings(cluster, localRoot, servicePort, classes));
        all.putAll(conf);
        ProcessBuilder command = SparkJvm.command(
                cluster.version(),
                Stream.concat(Stream.of(classes), jars.stream()).toList(),
                all,
                SparkJvm.briefOptions(),
                "dev.mesosshuffle.it.app.SeedProgram",
                figures.arguments());
        ManagedProcess driver =
                ManagedProcess.start("driver", cluster.masterHost().run(command), folder.resolve("driver.log"));
        try {
            String appId = StepReport.await(driver, "started", END).text("appId");
            return new SeedApplication(driver, figures.longestStep(), appId);
        } catch (InterruptedException | RuntimeException | Error e) {
            driver.close();
            throw e;
        }
    }

    private static Map<String, String> settings(SparkCluster cluster, Path localRoot, int servicePort, Path classes) {
        String address = cluster.masterHost().address();
        return Map.ofEntries(
                Map.entry("spark.app.name", "seed"),
                Map.entry("spark.master", cluster.masterUrl()),
                Map.entry("spark.driver.host", address),
                Map.entry("spark.driver.bindAddress", address),
                Map.entry("spark.ui.enabled", "false"),
                Map.entry("spark.local.dir", localRoot.toString()),
                Map.entry("spark.executor.memory", "1g"),
                Map.entry("spark.executor.cores", "1"),
                Map.entry("spark.executor.extraClassPath", classes.toString()),
                Map.entry(
                        "spark.executor.extraJavaOptions",
                        SparkJvm.oneText(
                                Stream.of(SparkJvm.openedPackages(), SparkJvm.quietOptions(), SparkJvm.briefOptions())
                                        .flatMap(List::stream))),
                Map.entry("spark.shuffle.service.enabled", "true"),
                Map.entry("spark.shuffle.service.port", Integer.toString(servicePort)),
                // Without it an executor would read the files of another one on its host by itself.
                Map.entry("spark.shuffle.readHostLocalDisk", "false"),
                Map.entry("spark.dynamicAllocation.enabled", "true"),
                Map.entry("spark.dynamicAllocation.minExecutors", "0"),
                Map.entry("spark.dynamicAllocation.executorIdleTimeout", "2s"));
    }

    public String appId() {
        return appId;
    }

    /** Does one step of the program and returns its answer. */
    public StepReport step(String name) throws InterruptedException {
        driver.send(name);
        return StepReport.await(driver, name, longestStep);
    }

    /** Waits for the first match in what the driver has printed, from its very first line on. */
    public void awaitLog(String regex, Duration atMost) throws InterruptedException {
        var unused = driver.await(regex, atMost);
    }

    /** What the driver has printed so far. */
    public List<String> log() {
        return driver.output().lines();
    }

    /** Ends the application in order. */
    public void stop() throws InterruptedException {
        driver.send("stop");
        int status = driver.awaitExit(END);
        if (status != 0) {
            throw new AssertionError("the driver ended with status " + status);
        }
    }

    /** Kills the driver, as {@code kill -9} does; returns its exit status. */
    public int kill() throws InterruptedException {
        driver.kill();
        return driver.awaitExit(END);
    }

    @Override
    public void close() {
        driver.close();
    }
}
