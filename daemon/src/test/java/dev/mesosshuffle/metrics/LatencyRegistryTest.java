package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatencyRegistryTest {
    private final LatencyRegistry registry = new LatencyRegistry();

    @Test
    void countsADurationInTheFirstBucketThatHoldsIt() {
        LatencyBuckets buckets = new LatencyBuckets();

        buckets.record(0);
        buckets.record(50_000);
        buckets.record(50_001);
        buckets.record(60_000_000_000L);
        buckets.record(60_000_000_001L);

        long[] counts = buckets.counts();
        double[] bounds = LatencyBuckets.boundsInSeconds();
        assertThat(bounds).startsWith(50e-6, 100e-6).endsWith(60, Double.POSITIVE_INFINITY);
        assertThat(counts).hasSameSizeAs(bounds);
        assertThat(counts[0]).isEqualTo(2);
        assertThat(counts[1]).isEqualTo(1);
        assertThat(counts[counts.length - 2]).isEqualTo(1);
        assertThat(counts[counts.length - 1]).isEqualTo(1);
        assertThat(buckets.sumInSeconds()).isEqualTo(120.000100002, within());
    }

    @Test
    void countsWhateverATimerMeasures() {
        Timer timer = registry.timer("shuffleService.store.commitLatencyMillis");

        timer.update(3, TimeUnit.MILLISECONDS);
        timer.time(() -> {});
        timer.time().stop();

        assertThat(timer.getCount()).isEqualTo(3);
        assertThat(timer.getSnapshot().size()).isEqualTo(3);
        assertThat(timer)
                .isInstanceOfSatisfying(
                        LatencyTimer.class,
                        latencies -> assertThat(latencies.buckets().counts())
                                .satisfies(counts -> assertThat(
                                                java.util.Arrays.stream(counts).sum())
                                        .isEqualTo(3)));
        assertThat(registry.timer("shuffleService.store.commitLatencyMillis")).isSameAs(timer);
    }

    @Test
    void recordsAsMuchAsTheOther() {
        assertThat(LatencyRegistry.like(registry).timer("t")).isInstanceOf(LatencyTimer.class);
        assertThat(LatencyRegistry.like(new MetricRegistry()).timer("t")).isNotInstanceOf(LatencyTimer.class);
    }

    @Test
    void hasFetchesOnlyWhereTheyAreExposed() {
        assertThat(LatencyRegistry.fetches(registry)).isNotNull().isSameAs(LatencyRegistry.fetches(registry));
        assertThat(LatencyRegistry.fetches(new MetricRegistry())).isNull();
    }

    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.data.Offset.offset(1e-9);
    }
}
