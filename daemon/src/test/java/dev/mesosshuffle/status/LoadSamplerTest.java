package dev.mesosshuffle.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.metrics.LatencyRegistry;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadSamplerTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    private final MetricRegistry metrics = new LatencyRegistry();
    private final ManualTicker ticker = new ManualTicker();
    private final LoadSampler sampler = new LoadSampler(metrics, ticker, Clock.fixed(NOW, ZoneOffset.UTC));

    @AfterEach
    void close() {
        sampler.close();
    }

    @Test
    void tellsWhatWasServedInEachInterval() {
        serve(100, 5000);
        pass(10);
        serve(20, 700);
        metrics.counter("shuffleService.failedBlocks").inc(3);
        pass(25);

        assertThat(sampler.samples())
                .containsExactly(
                        new LoadSample(NOW, Duration.ofSeconds(10), 100, 5000, 0, null, null),
                        new LoadSample(NOW, Duration.ofSeconds(25), 20, 700, 3, null, null));
    }

    @Test
    void tellsTheLatencyOfTheSlowestDiskWhileThereAreReads() {
        read("/d1", 2);
        read("/d2", 300);
        pass(10);
        pass(10);

        LoadSample busy = sampler.samples().get(0);
        assertThat(busy.medianLatency()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(busy.p99Latency()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(sampler.samples().get(1).p99Latency()).isNull();
    }

    @Test
    void leavesOutADiskThatWasNotRead() {
        read("/d2", 300);
        pass(10);
        read("/d1", 2);
        pass(10);

        assertThat(sampler.samples().get(1).p99Latency()).isBetween(Duration.ofMillis(1), Duration.ofMillis(3));
    }

    @Test
    void forgetsHowSlowADiskWasBeforeTheInterval() {
        for (int i = 0; i < 1000; i++) {
            read("/d1", 300);
        }
        pass(10);
        read("/d1", 2);
        pass(10);

        LoadSample calm = sampler.samples().get(1);
        assertThat(calm.medianLatency()).isBetween(Duration.ofMillis(1), Duration.ofMillis(3));
        assertThat(calm.p99Latency()).isBetween(Duration.ofMillis(1), Duration.ofMillis(3));
    }

    @Test
    void tellsTheLatencyOfEachDiskWithinTheLastMinute() {
        read("/d1", 300);
        read("/d2", 2);
        pass(10);
        for (int i = 1; i < DiskLatencies.INTERVALS; i++) {
            pass(10);
        }
        assertThat(sampler.diskLatency(Path.of("/d1")))
                .isNotNull()
                .satisfies(
                        latency -> assertThat(latency.p99()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500)));
        assertThat(sampler.diskLatency(Path.of("/d2")))
                .isNotNull()
                .satisfies(
                        latency -> assertThat(latency.median()).isBetween(Duration.ofMillis(1), Duration.ofMillis(3)));
        assertThat(sampler.diskLatency(Path.of("/d3"))).isNull();

        pass(10);
        assertThat(sampler.diskLatency(Path.of("/d1"))).isNull();
    }

    @Test
    void leavesOutWhatWasMeasuredBeforeItWasThere() {
        read("/d1", 300);
        try (LoadSampler later = new LoadSampler(metrics, ticker, Clock.fixed(NOW, ZoneOffset.UTC))) {
            later.sample();
            assertThat(later.samples())
                    .singleElement()
                    .extracting(LoadSample::p99Latency)
                    .isNull();
        }
    }

    @Test
    void keepsAnHour() {
        for (int i = 0; i < LoadSampler.MAX_SAMPLES + 5; i++) {
            serve(i, 0);
            pass(10);
        }

        assertThat(sampler.samples()).hasSize(LoadSampler.MAX_SAMPLES);
        assertThat(sampler.samples().get(0).blocks()).isEqualTo(5);
        assertThat(sampler.samples().get(LoadSampler.MAX_SAMPLES - 1).blocks()).isEqualTo(LoadSampler.MAX_SAMPLES + 4);
    }

    private void serve(long blocks, long bytes) {
        metrics.meter("shuffleService.blockTransferRate").mark(blocks);
        metrics.meter("shuffleService.blockTransferRateBytes").mark(bytes);
    }

    private void read(String disk, long millis) {
        metrics.timer("shuffleService.disk." + disk + ".readLatencyMillis").update(millis, TimeUnit.MILLISECONDS);
    }

    private void pass(int seconds) {
        ticker.pass(Duration.ofSeconds(seconds));
        sampler.sample();
    }
}
