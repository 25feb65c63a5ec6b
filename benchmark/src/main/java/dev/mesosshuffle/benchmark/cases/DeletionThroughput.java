package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.ExpiredApplication;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.ProcessUsage;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.Requests;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What it costs to delete the files of an expired application, compared with {@code rm -rf}, when nothing holds it
 * back, in turn with it; and what fetches notice of it, looked at once, at the pace that is set by default. For services that hear of an application's end
 * by its driver.
 *
 * @param small blocks that are fetched beside it
 * @param larger the same
 */
record DeletionThroughput(FetchCase small, FetchCase larger) implements Experiment {
    private static final String RM = "rm -rf";
    private static final String NO_BOUND = "0";
    private static final long DRIVER_TIMEOUT_MS = 2000;
    private static final Duration MOST = Duration.ofMinutes(3);
    private static final int LOOK_AGAIN_MILLIS = 20;
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public String name() {
        return "deleting";
    }

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        List<Measurements> byRm = new ArrayList<>();
        Path root = bench.work().resolve("doomed");
        try {
            for (Launcher launcher : bench.launchers()) {
                if (launcher.hearsDrivers()) {
                    List<Measurements> rounds = new ArrayList<>();
                    for (int round = 0; round < bench.rounds(); round++) {
                        Map<Metric, Double> values = new EnumMap<>(unbounded(bench, launcher, root));
                        if (round == 0) {
                            values.putAll(besideFetches(bench, launcher, root));
                        }
                        rounds.add(new Measurements(values));
                        byRm.add(rm(root));
                    }
                    measured.put(launcher.name(), rounds);
                }
            }
            measured.put(RM, byRm);
        } finally {
            ExpiredApplication.removeWithRm(root);
        }
        return new Result(name(), ExpiredApplication.describe(), measured);
    }

    private static Measurements rm(Path root) throws IOException, InterruptedException {
        var unused = ExpiredApplication.write(root);
        double cpuBefore = ProcessUsage.cpuSecondsOfEndedChildren();
        long start = System.nanoTime();
        ExpiredApplication.removeWithRm(root);
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.REMOVAL_SECONDS, (System.nanoTime() - start) / NANOS_PER_SECOND);
        values.put(Metric.REMOVAL_CPU_SECONDS, ProcessUsage.cpuSecondsOfEndedChildren() - cpuBefore);
        return new Measurements(values);
    }

    private static Map<Metric, Double> unbounded(Bench bench, Launcher launcher, Path root)
            throws IOException, InterruptedException {
        ExpiredApplication doomed = ExpiredApplication.write(root);
        Setup setup = setup(root).with("spark.mesos.shuffle.service.deletionRate", NO_BOUND);
        try (RunningService service = bench.start(launcher, setup)) {
            register(service, doomed);
            double cpuBefore = service.usage().cpuSeconds();
            await(doomed::isGoing);
            long start = System.nanoTime();
            await(doomed::isGone);
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.REMOVAL_SECONDS, (System.nanoTime() - start) / NANOS_PER_SECOND);
            values.put(Metric.REMOVAL_CPU_SECONDS, service.usage().cpuSeconds() - cpuBefore);
            return values;
        }
    }

    private Map<Metric, Double> besideFetches(Bench bench, Launcher launcher, Path root)
            throws IOException, InterruptedException {
        ExpiredApplication doomed = ExpiredApplication.write(root);
        GeneratedExecutor smallExecutor = bench.data().executor(small.dataset());
        GeneratedExecutor largerExecutor = bench.data().executor(larger.dataset());
        FetchRounds smallRounds = FetchRounds.prepare(small, smallExecutor);
        FetchRounds largerRounds = FetchRounds.prepare(larger, largerExecutor);
        try (RunningService service = bench.start(launcher, setup(root))) {
            Registration.register(service, smallExecutor);
            Registration.register(service, largerExecutor);
            smallRounds.warmUp(service, bench.warmUp());
            largerRounds.warmUp(service, bench.warmUp());
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.SMALL_P99_BEFORE_MILLIS, p99(bench, smallRounds, service));
            values.put(Metric.LARGER_P99_BEFORE_MILLIS, p99(bench, largerRounds, service));
            register(service, doomed);
            await(doomed::isGoing);
            values.put(Metric.SMALL_P99_DURING_MILLIS, p99(bench, smallRounds, service));
            values.put(Metric.LARGER_P99_DURING_MILLIS, p99(bench, largerRounds, service));
            if (doomed.isGone()) {
                throw new IOException("the removal ended before the rounds beside it (expected: shorter rounds)");
            }
            return values;
        }
    }

    private static double p99(Bench bench, FetchRounds rounds, RunningService service)
            throws IOException, InterruptedException {
        return rounds.measure(service, bench.roundTime()).get(Metric.P99_MILLIS);
    }

    private static Setup setup(Path root) {
        return Setup.USUAL
                .withRoot(root)
                .with("spark.mesos.shuffle.service.cleanup", "on")
                .with("spark.shuffle.cleaner.interval", "1s");
    }

    /** The application registers, and its driver ends. */
    private static void register(RunningService service, ExpiredApplication doomed) throws IOException {
        try (BlockingClient driver = BlockingClient.connect(service.address())) {
            driver.call(Requests.registerDriver(1, ExpiredApplication.APP_ID, DRIVER_TIMEOUT_MS));
            for (Path dir : doomed.localDirs()) {
                driver.call(Requests.registerExecutor(
                        1,
                        ExpiredApplication.APP_ID,
                        String.valueOf(dir.getFileName()),
                        List.of(dir.toString()),
                        GeneratedExecutor.SUB_DIRS));
            }
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + MOST.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("files are left after " + MOST.toSeconds() + " s (expected: none)");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }
}
