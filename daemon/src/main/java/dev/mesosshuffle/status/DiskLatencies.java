package dev.mesosshuffle.status;

import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.metrics.LatencyBuckets;
import dev.mesosshuffle.metrics.LatencyCounts;
import dev.mesosshuffle.metrics.LatencyRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long tasks of each disk took lately: what the buckets of its timer have counted in the meantime. So a disk that did
 * nothing has no latency, however slow it was before. Keeps one and a half KB for each disk. For any thread; never waits.
 */
final class DiskLatencies {
    /** How many samples {@link #lately} goes back. */
    static final int INTERVALS = 6;

    private static final String PREFIX = "shuffleService.disk.";
    private static final String SUFFIX = ".readLatencyMillis";

    private final MetricRegistry metrics;

    /** The last counts of each disk, by its timer's name, the oldest first. Guarded by this. */
    private final Map<String, Deque<LatencyCounts>> samples = new HashMap<>();

    /** Creates latencies of what comes from now on. */
    DiskLatencies(MetricRegistry metrics) {
        this.metrics = metrics;
        for (Map.Entry<String, Metric> disk : metrics.getMetrics().entrySet()) {
            LatencyBuckets buckets = buckets(disk.getKey(), disk.getValue());
            if (buckets != null) {
                begin(disk.getKey(), buckets.soFar());
            }
        }
    }

    private Deque<LatencyCounts> begin(String name, LatencyCounts baseline) {
        Deque<LatencyCounts> its = new ArrayDeque<>(INTERVALS + 1);
        its.add(baseline);
        samples.put(name, its);
        return its;
    }

    /**
     * Ends an interval.
     *
     * @return the latency, within it, of the disk whose 99th percentile was the highest, which is the one that clients
     *     noticed; null if no disk did anything
     */
    synchronized @Nullable LatencyView sample() {
        LatencyView slowest = null;
        for (Map.Entry<String, Metric> disk : metrics.getMetrics().entrySet()) {
            LatencyBuckets buckets = buckets(disk.getKey(), disk.getValue());
            if (buckets == null) {
                continue;
            }
            LatencyCounts now = buckets.soFar();
            Deque<LatencyCounts> known = samples.get(disk.getKey());
            Deque<LatencyCounts> its = known == null ? begin(disk.getKey(), LatencyCounts.NONE) : known;
            LatencyView latency = LatencyView.of(now.since(its.getLast()));
            if (latency != null && (slowest == null || latency.p99().compareTo(slowest.p99()) > 0)) {
                slowest = latency;
            }
            its.addLast(now);
            if (its.size() > INTERVALS + 1) {
                its.removeFirst();
            }
        }
        return slowest;
    }

    private static @Nullable LatencyBuckets buckets(String name, Metric metric) {
        return metric instanceof Timer timer && name.startsWith(PREFIX) && name.endsWith(SUFFIX)
                ? LatencyRegistry.buckets(timer)
                : null;
    }

    /**
     * Returns the latency of a disk within the last intervals.
     *
     * @param root its root, as its metrics name it
     * @return null if it did nothing
     */
    synchronized @Nullable LatencyView lately(String root) {
        Deque<LatencyCounts> its = samples.get(PREFIX + root + SUFFIX);
        return its == null ? null : LatencyView.of(its.getLast().since(its.getFirst()));
    }
}
