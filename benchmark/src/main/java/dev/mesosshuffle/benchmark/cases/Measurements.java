package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.load.Histogram;
import dev.mesosshuffle.benchmark.load.LoadStats;
import dev.mesosshuffle.benchmark.service.ProcessUsage;
import dev.mesosshuffle.benchmark.service.RunningService;
import java.io.IOException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one round on one service gave.
 *
 * @param values in the order of the metrics
 */
public record Measurements(Map<Metric, Double> values) {
    static final double MEGA = 1e6;

    private static final double GIGA = 1e9;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    public Measurements {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
    }

    /** The figures of a load, and of what the service and the clients used in the same time. */
    static Measurements of(LoadStats load, long nanos, Usage before, Usage after) {
        if (load.blocks() == 0) {
            throw new IllegalStateException(
                    "no block came in the whole round (expected: some; is the round too short?)");
        }
        double seconds = nanos / NANOS_PER_SECOND;
        double cpuSeconds = after.service().cpuSeconds() - before.service().cpuSeconds();
        double clientSeconds = after.clients().cpuSeconds() - before.clients().cpuSeconds();
        Histogram fetches = load.fetchNanos();
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.BLOCKS_PER_SECOND, load.blocks() / seconds);
        values.put(Metric.MB_PER_SECOND, load.bytes() / MEGA / seconds);
        values.put(Metric.CPU_MICROS_PER_BLOCK, cpuSeconds * MEGA / load.blocks());
        values.put(Metric.CPU_SECONDS_PER_GB, cpuSeconds / (load.bytes() / GIGA));
        values.put(Metric.P50_MILLIS, millis(fetches.percentile(0.50)));
        values.put(Metric.P99_MILLIS, millis(fetches.percentile(0.99)));
        values.put(Metric.MAX_MILLIS, millis(fetches.max()));
        values.put(Metric.RESIDENT_MB, after.service().residentBytes() / MEGA);
        values.put(Metric.PEAK_RESIDENT_MB, after.service().peakResidentBytes() / MEGA);
        values.put(Metric.CLIENT_CPU_MICROS_PER_BLOCK, clientSeconds * MEGA / load.blocks());
        values.put(Metric.BOTH_CPU_MICROS_PER_BLOCK, (cpuSeconds + clientSeconds) * MEGA / load.blocks());
        return new Measurements(values);
    }

    /**
     * What two processes have used.
     *
     * @param service the service
     * @param clients this process
     */
    record Usage(ProcessUsage service, ProcessUsage clients) {
        static Usage of(RunningService service) throws IOException {
            return new Usage(
                    service.usage(), ProcessUsage.of(ProcessHandle.current().pid()));
        }
    }

    /** These figures and one more. */
    Measurements with(Metric metric, double value) {
        Map<Metric, Double> more = new EnumMap<>(values);
        more.put(metric, value);
        return new Measurements(more);
    }

    /** One of the values, which must have been measured. */
    public double get(Metric metric) {
        Double value = values.get(metric);
        if (value == null) {
            throw new IllegalArgumentException(metric + " (expected: one of " + values.keySet() + ")");
        }
        return value;
    }

    static double millis(long nanos) {
        return nanos / NANOS_PER_MILLI;
    }
}
