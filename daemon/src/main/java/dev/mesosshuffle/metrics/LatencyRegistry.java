package dev.mesosshuffle.metrics;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import org.jspecify.annotations.Nullable;

/**
 * A registry whose timers count in buckets too, for an exposition to Prometheus. Where there is none, a plain registry takes
 * its place and nothing of this is recorded. For any thread.
 */
public final class LatencyRegistry extends MetricRegistry {
    private final LatencyBuckets fetches = new LatencyBuckets();

    /** Creates an empty registry. */
    public LatencyRegistry() {}

    @Override
    public Timer timer(String name) {
        return timer(name, LatencyTimer::new);
    }

    /**
     * Creates an empty registry that records as much as another.
     *
     * @param metrics the other
     */
    public static MetricRegistry like(MetricRegistry metrics) {
        return metrics instanceof LatencyRegistry ? new LatencyRegistry() : new MetricRegistry();
    }

    /**
     * Returns the buckets of a timer.
     *
     * @param timer one of any registry
     * @return null if it has none, since its registry is a plain one
     */
    public static @Nullable LatencyBuckets buckets(Timer timer) {
        return timer instanceof LatencyTimer latencies ? latencies.buckets() : null;
    }

    /**
     * Returns the histogram of fetches, which JMX does not have: where nothing is exposed to Prometheus, the data path is
     * spared its measurement.
     *
     * @param metrics the registry of the daemon
     * @return null if there is nothing to record
     */
    public static @Nullable LatencyBuckets fetches(MetricRegistry metrics) {
        return metrics instanceof LatencyRegistry latencies ? latencies.fetches : null;
    }
}
