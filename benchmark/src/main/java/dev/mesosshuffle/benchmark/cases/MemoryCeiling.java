package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.data.PageCache;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.load.FetchKind;
import dev.mesosshuffle.benchmark.load.FetchPlanner;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The most memory that a service holds under each of the loads that take much.
 *
 * @param memory what it is given, as SPARK_DAEMON_MEMORY has it
 * @param many many connections
 * @param large large blocks
 * @param stalledSmall what clients ask for that do not read
 * @param stalledLarge the same
 */
record MemoryCeiling(String memory, FetchCase many, FetchCase large, Dataset stalledSmall, Dataset stalledLarge)
        implements Experiment {
    @Override
    public String name() {
        return "memory-" + memory;
    }

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (Launcher launcher : bench.launchers()) {
            try (RunningService service = bench.start(launcher, Setup.USUAL.withMemory(memory))) {
                measured.put(launcher.name(), List.of(measure(bench, service)));
            }
        }
        return new Result(name(), "peaks with SPARK_DAEMON_MEMORY=" + memory, measured);
    }

    private Measurements measure(Bench bench, RunningService service) throws IOException, InterruptedException {
        Map<Metric, Double> peaks = new EnumMap<>(Metric.class);
        peaks.put(Metric.MANY_PEAK_MB, peakOfFetches(bench, service, many));
        peaks.put(Metric.LARGE_PEAK_MB, peakOfFetches(bench, service, large));
        peaks.put(Metric.STALLED_SMALL_PEAK_MB, peakOfStalled(bench, service, stalledSmall));
        peaks.put(Metric.STALLED_LARGE_PEAK_MB, peakOfStalled(bench, service, stalledLarge));
        return new Measurements(peaks);
    }

    private static double peakOfFetches(Bench bench, RunningService service, FetchCase fetchCase)
            throws IOException, InterruptedException {
        GeneratedExecutor executor = bench.data().executor(fetchCase.dataset());
        FetchRounds rounds = FetchRounds.prepare(fetchCase, executor);
        Registration.register(service, executor);
        service.forgetPeak();
        rounds.warmUp(service, bench.warmUp());
        return rounds.measure(service, bench.roundTime()).get(Metric.PEAK_RESIDENT_MB);
    }

    /** While others read, so that their buffers come on top. */
    private double peakOfStalled(Bench bench, RunningService service, Dataset dataset)
            throws IOException, InterruptedException {
        GeneratedExecutor executor = bench.data().executor(dataset);
        PageCache.warm(executor.files());
        Registration.register(service, executor);
        List<Fetch> fetches =
                new FetchPlanner(executor, FetchKind.SHUFFLE_BLOCKS, StalledClients.BLOCKS_EACH, 1).plan();
        FetchRounds others = FetchRounds.prepare(many, bench.data().executor(many.dataset()));
        long files = service.usage().openFiles();
        service.forgetPeak();
        StalledClients clients = StalledClients.open(service.address(), fetches, StalledClients.COUNT);
        try {
            return others.measure(service, bench.roundTime()).get(Metric.PEAK_RESIDENT_MB);
        } finally {
            clients.close();
            var unused = service.awaitOpenFiles(files);
        }
    }
}
