package dev.mesosshuffle.metrics;

import com.codahale.metrics.ExponentiallyDecayingReservoir;
import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;

/** A timer as JMX shows it, whose durations are counted in buckets too, as Prometheus shows them. For any thread. */
final class LatencyTimer extends Timer {
    private final LatencyBuckets buckets;

    LatencyTimer() {
        this(new LatencyBuckets());
    }

    private LatencyTimer(LatencyBuckets buckets) {
        // The timer passes every duration to its reservoir, in nanoseconds.
        super(new CountingReservoir(new ExponentiallyDecayingReservoir(), buckets));
        this.buckets = buckets;
    }

    LatencyBuckets buckets() {
        return buckets;
    }

    private record CountingReservoir(Reservoir quantiles, LatencyBuckets buckets) implements Reservoir {
        @Override
        public int size() {
            return quantiles.size();
        }

        @Override
        public void update(long nanos) {
            buckets.record(nanos);
            quantiles.update(nanos);
        }

        @Override
        public Snapshot getSnapshot() {
            return quantiles.getSnapshot();
        }
    }
}
