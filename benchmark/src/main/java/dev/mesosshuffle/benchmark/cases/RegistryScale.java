package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.Fleet;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.ProcessUsage;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * How a service copes with many applications and executors: how fast they register, what they take, how soon they are
 * there again after a restart; and whether what concerns one of them costs more when there are many others.
 */
record RegistryScale() implements Experiment {
    private static final int APPLICATIONS = 10_000;
    private static final int EXECUTORS_EACH = 10;
    private static final int CONNECTIONS = 16;

    private static final int FEW_STREAMS = 1000;
    private static final int MANY_STREAMS = 100_000;
    private static final int STREAMS_A_CONNECTION = 1000;
    private static final int DISCONNECTS = 5000;

    /** The thread of the daemon that checks which applications have expired; Spark's service leaves that to others. */
    private static final String CHECK_THREAD = "liveness-check";

    private static final Pattern RESTORED = Pattern.compile("Restored .* in (\\d+) ms");

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);
    private static final int SETTLE_SECONDS = 2;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public String name() {
        return "state";
    }

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        Fleet fleet = bench.data().fleet(APPLICATIONS, EXECUTORS_EACH);
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (Launcher launcher : bench.launchers()) {
            measured.put(launcher.name(), List.of(measure(bench, launcher, fleet)));
        }
        String what = APPLICATIONS + " applications; few: 1 executor each, " + FEW_STREAMS + " open streams; many: "
                + EXECUTORS_EACH + " executors each, " + MANY_STREAMS + " open streams";
        return new Result(name(), what, measured);
    }

    private static Measurements measure(Bench bench, Launcher launcher, Fleet fleet)
            throws IOException, InterruptedException {
        Setup setup = Setup.USUAL
                .withRoot(fleet.root())
                .with("spark.shuffle.cleaner.interval", CHECK_INTERVAL.toMillis() + "ms");
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        try (RunningService service = bench.start(launcher, setup)) {
            long nanos = register(service, fleet, 0, 1);
            // Lets the service compile what it will run.
            var unused = costOfDisconnect(service, fleet);
            try (Pipeline others = others(service, FEW_STREAMS)) {
                others.call(fleet.openings(FEW_STREAMS));
                values.putAll(costs(bench, service, fleet, Metric.CHECK_MICROS_FEW, Metric.DISCONNECT_MICROS_FEW));
            }
            nanos += register(service, fleet, 1, EXECUTORS_EACH);
            values.put(Metric.REGISTRATIONS_PER_SECOND, APPLICATIONS * EXECUTORS_EACH / (nanos / NANOS_PER_SECOND));
            try (Pipeline others = others(service, MANY_STREAMS)) {
                others.call(fleet.openings(MANY_STREAMS));
                values.putAll(costs(bench, service, fleet, Metric.CHECK_MICROS_MANY, Metric.DISCONNECT_MICROS_MANY));
            }
            values.put(Metric.RESIDENT_MB, service.usage().residentBytes() / Measurements.MEGA);
            try (RunningService again = service.restart()) {
                values.putAll(IdleFootprint.ofStarted(again));
                // A part of its start; Spark's service does not tell.
                OptionalDouble restore = again.lastLogged(RESTORED);
                restore.ifPresent(millis -> values.put(Metric.RESTORE_MILLIS, millis));
            }
        }
        return new Measurements(values);
    }

    private static long register(RunningService service, Fleet fleet, int fromExecutor, int toExecutor)
            throws IOException {
        List<byte[]> registrations = fleet.registrations(fromExecutor, toExecutor);
        try (Pipeline executors = Pipeline.open(service.address(), CONNECTIONS)) {
            long start = System.nanoTime();
            executors.call(registrations);
            return System.nanoTime() - start;
        }
    }

    private static Pipeline others(RunningService service, int streams) throws IOException {
        return Pipeline.open(service.address(), streams / STREAMS_A_CONNECTION);
    }

    private static Map<Metric, Double> costs(
            Bench bench, RunningService service, Fleet fleet, Metric check, Metric disconnect)
            throws IOException, InterruptedException {
        Map<Metric, Double> costs = new EnumMap<>(Metric.class);
        long checkNanos = costOfCheck(service, bench);
        if (checkNanos > 0) {
            costs.put(check, checkNanos / NANOS_PER_MICRO);
        }
        costs.put(disconnect, costOfDisconnect(service, fleet));
        return costs;
    }

    /** In nanoseconds; 0 if there is no such check. One begins an interval after the end of the one before. */
    private static long costOfCheck(RunningService service, Bench bench) throws IOException, InterruptedException {
        TimeUnit.NANOSECONDS.sleep(bench.warmUp().toNanos());
        long start = System.nanoTime();
        long before = service.cpuNanosOfThread(CHECK_THREAD);
        TimeUnit.NANOSECONDS.sleep(bench.roundTime().toNanos());
        long used = service.cpuNanosOfThread(CHECK_THREAD) - before;
        double checks = (double) (System.nanoTime() - start - used) / CHECK_INTERVAL.toNanos();
        return Math.round(used / checks);
    }

    /** In microseconds, of a connection with one open stream. */
    private static double costOfDisconnect(RunningService service, Fleet fleet)
            throws IOException, InterruptedException {
        long files = service.usage().openFiles();
        ProcessUsage before;
        try (Pipeline clients = Pipeline.open(service.address(), DISCONNECTS)) {
            clients.call(fleet.openings(DISCONNECTS));
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            before = service.usage();
        }
        ProcessUsage after = service.awaitOpenFiles(files);
        return (after.cpuSeconds() - before.cpuSeconds()) * Measurements.MEGA / DISCONNECTS;
    }
}
