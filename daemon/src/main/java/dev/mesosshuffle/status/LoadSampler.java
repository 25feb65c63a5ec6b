package dev.mesosshuffle.status;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.concurrent.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples what is served every ten seconds, from the metrics that there are, and keeps an hour of it: about 55 KB. A pause of
 * the process makes a longer interval, no peak.
 *
 * <p><b>Concurrency:</b> samples on a thread of its own; read on any thread.
 */
public final class LoadSampler implements LoadHistory, AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Those of an hour. */
    static final int MAX_SAMPLES = 360;

    private static final String PREFIX = "shuffleService.";

    private final DiskLatencies latencies;
    private final Meter blocks;
    private final Meter bytes;
    private final Counter failures;
    private final Ticker ticker;
    private final Clock clock;
    private final PeriodicTask timer = new PeriodicTask("load-sampler", this::sample);

    /** A ring; guarded by this. */
    private final @Nullable LoadSample[] samples = new LoadSample[MAX_SAMPLES];

    private int count;
    private int next;
    private Totals last;

    /** What the metrics said at one time. */
    private record Totals(long nanos, long blocks, long bytes, long failures) {}

    /**
     * Creates a sampler, whose first interval begins now; it samples nothing before {@link #start}.
     *
     * @param metrics the daemon's; has latencies only if it is a {@link dev.mesosshuffle.metrics.LatencyRegistry}
     * @param ticker the monotonic time
     * @param clock the time of day
     */
    public LoadSampler(MetricRegistry metrics, Ticker ticker, Clock clock) {
        this.latencies = new DiskLatencies(metrics);
        this.blocks = metrics.meter(PREFIX + "blockTransferRate");
        this.bytes = metrics.meter(PREFIX + "blockTransferRateBytes");
        this.failures = metrics.counter(PREFIX + "failedBlocks");
        this.ticker = ticker;
        this.clock = clock;
        this.last = totals();
    }

    /** Starts to sample. */
    public void start() {
        timer.start(INTERVAL, INTERVAL);
    }

    /** Adds the interval that ends now. */
    void sample() {
        Totals now = totals();
        LatencyView slowest = latencies.sample();
        add(
                new LoadSample(
                        clock.instant(),
                        Duration.ofNanos(now.nanos() - last.nanos()),
                        now.blocks() - last.blocks(),
                        now.bytes() - last.bytes(),
                        now.failures() - last.failures(),
                        slowest == null ? null : slowest.median(),
                        slowest == null ? null : slowest.p99()),
                now);
    }

    private synchronized void add(LoadSample sample, Totals totals) {
        samples[next] = sample;
        next = (next + 1) % MAX_SAMPLES;
        count = Math.min(count + 1, MAX_SAMPLES);
        last = totals;
    }

    @Override
    public synchronized List<LoadSample> samples() {
        List<LoadSample> result = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            LoadSample sample = samples[(next - count + i + MAX_SAMPLES) % MAX_SAMPLES];
            if (sample != null) {
                result.add(sample);
            }
        }
        return result;
    }

    @Override
    public @Nullable LatencyView diskLatency(Path root) {
        return latencies.lately(root.toString());
    }

    private Totals totals() {
        return new Totals(ticker.read(), blocks.getCount(), bytes.getCount(), failures.getCount());
    }

    /** Samples no more. */
    @Override
    public void close() {
        timer.close();
    }
}
