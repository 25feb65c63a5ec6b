package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.time.Duration;
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
    void estimatesQuantilesAsPrometheusDoes() {
        LatencyBuckets buckets = new LatencyBuckets();
        assertThat(buckets.soFar().quantile(0.5)).isNull();
        for (int i = 0; i < 98; i++) {
            buckets.record(60_000);
        }
        LatencyCounts before = buckets.soFar();
        buckets.record(3_000_000);
        buckets.record(70_000_000_000L);
        LatencyCounts all = buckets.soFar();

        // Of the 98 between 50 and 100 us, the 50th.
        assertThat(all.median()).isEqualTo(Duration.ofNanos(50_000 + Math.round(50_000 * 50 / 98.0)));
        assertThat(all.p99()).isEqualTo(Duration.ofMillis(5));
        assertThat(all.quantile(0)).isEqualTo(Duration.ofNanos(50_000));
        assertThat(all.quantile(1)).isEqualTo(Duration.ofSeconds(60));
        assertThat(all.since(before).total()).isEqualTo(2);
        assertThat(all.since(before).median()).isEqualTo(Duration.ofMillis(5));
        assertThat(all.since(all).median()).isNull();
        assertThat(all.since(LatencyCounts.NONE).total()).isEqualTo(100);
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
