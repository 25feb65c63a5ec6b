package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.ProcessUsage;
import dev.mesosshuffle.benchmark.service.RunningService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a service needs to start, and what it holds while nobody asks anything of it. */
record IdleFootprint() implements Experiment {
    /** By then a service has given back what only its start needed, if it ever does. */
    private static final int SETTLE_SECONDS = 12;

    @Override
    public String name() {
        return "footprint";
    }

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (int round = 0; round < bench.rounds(); round++) {
            for (Launcher launcher : bench.launchers()) {
                measured.computeIfAbsent(launcher.name(), name -> new ArrayList<>())
                        .add(measure(bench, launcher));
            }
        }
        return new Result(name(), "from start to the port accepting", measured);
    }

    private static Measurements measure(Bench bench, Launcher launcher) throws IOException, InterruptedException {
        try (RunningService service = bench.start(launcher)) {
            return new Measurements(ofStarted(service));
        }
    }

    /** What a service needed that has just started. */
    static Map<Metric, Double> ofStarted(RunningService service) throws IOException, InterruptedException {
        ProcessUsage started = service.usage();
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        ProcessUsage idle = service.usage();
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.START_MILLIS, Measurements.millis(service.startTime().toNanos()));
        values.put(Metric.START_CPU_SECONDS, started.cpuSeconds());
        values.put(Metric.IDLE_RESIDENT_MB, idle.residentBytes() / Measurements.MEGA);
        return values;
    }
}
