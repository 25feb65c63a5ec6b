package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.data.PageCache;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.load.FetchKind;
import dev.mesosshuffle.benchmark.load.FetchPlanner;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.ProcessUsage;
import dev.mesosshuffle.benchmark.service.RunningService;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What becomes of a service, and of its other clients, when a thousand clients ask for blocks and do not read them;
 * and whether everything is given back once these are gone.
 *
 * @param name by which the command line selects it
 * @param stalled what the clients that do not read ask for
 * @param blocksEach how many blocks each of them asks for; more than the kernel's buffers take
 * @param bystanders the other clients
 */
record Backpressure(String name, Dataset stalled, int blocksEach, FetchCase bystanders) implements Experiment {
    /** Files that a service may keep open because it knows them now. */
    private static final int SPARE_FILES = 16;

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        GeneratedExecutor stalledExecutor = bench.data().executor(stalled);
        PageCache.warm(stalledExecutor.files());
        List<Fetch> fetches = new FetchPlanner(stalledExecutor, FetchKind.SHUFFLE_BLOCKS, blocksEach, 1).plan();
        GeneratedExecutor executor = bench.data().executor(bystanders.dataset());
        FetchRounds rounds = FetchRounds.prepare(bystanders, executor);
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (Launcher launcher : bench.launchers()) {
            try (RunningService service = bench.start(launcher)) {
                Registration.register(service, stalledExecutor);
                Registration.register(service, executor);
                rounds.warmUp(service, bench.warmUp());
                measured.put(launcher.name(), List.of(measure(bench, service, rounds, fetches)));
            }
        }
        String what = StalledClients.COUNT + " clients ask for " + blocksEach + " × " + Sizes.of(stalled.length(0))
                + " and do not read";
        return new Result(name, what, measured);
    }

    private static Measurements measure(Bench bench, RunningService service, FetchRounds rounds, List<Fetch> fetches)
            throws IOException, InterruptedException {
        Measurements quiet = rounds.measure(service, bench.roundTime());
        ProcessUsage before = service.usage();
        Measurements busy;
        ProcessUsage during;
        StalledClients clients = StalledClients.open(service.address(), fetches, StalledClients.COUNT);
        try {
            busy = rounds.measure(service, bench.roundTime());
            during = service.usage();
        } finally {
            clients.close();
        }
        ProcessUsage after = service.awaitOpenFiles(before.openFiles() + SPARE_FILES);
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.BLOCKS_BEFORE, quiet.get(Metric.BLOCKS_PER_SECOND));
        values.put(Metric.BLOCKS_DURING, busy.get(Metric.BLOCKS_PER_SECOND));
        values.put(Metric.P99_BEFORE_MILLIS, quiet.get(Metric.P99_MILLIS));
        values.put(Metric.P99_DURING_MILLIS, busy.get(Metric.P99_MILLIS));
        values.put(Metric.RESIDENT_BEFORE_MB, before.residentBytes() / Measurements.MEGA);
        values.put(Metric.RESIDENT_DURING_MB, during.residentBytes() / Measurements.MEGA);
        values.put(Metric.RESIDENT_AFTER_MB, after.residentBytes() / Measurements.MEGA);
        values.put(Metric.FILES_BEFORE, (double) before.openFiles());
        values.put(Metric.FILES_DURING, (double) during.openFiles());
        values.put(Metric.FILES_AFTER, (double) after.openFiles());
        return new Measurements(values);
    }
}
