package dev.mesosshuffle.status;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.concurrent.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final String DISK_PREFIX = PREFIX + "disk.";
    private static final String DISK_LATENCY = ".readLatencyMillis";

    private final MetricRegistry metrics;
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
    private record Totals(long nanos, long blocks, long bytes, long failures, Map<String, Long> readsOfDisks) {}

    /**
     * Creates a sampler, whose first interval begins now; it samples nothing before {@link #start}.
     *
     * @param metrics the daemon's
     * @param ticker the monotonic time
     * @param clock the time of day
     */
    public LoadSampler(MetricRegistry metrics, Ticker ticker, Clock clock) {
        this.metrics = metrics;
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
        Snapshot slowest = slowestDisk(now);
        add(
                new LoadSample(
                        clock.instant(),
                        Duration.ofNanos(now.nanos() - last.nanos()),
                        now.blocks() - last.blocks(),
                        now.bytes() - last.bytes(),
                        now.failures() - last.failures(),
                        slowest == null ? null : Duration.ofNanos(Math.round(slowest.getMedian())),
                        slowest == null ? null : Duration.ofNanos(Math.round(slowest.get99thPercentile()))),
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

    private Totals totals() {
        Map<String, Long> readsOfDisks = new HashMap<>();
        diskTimers().forEach((name, timer) -> readsOfDisks.put(name, timer.getCount()));
        return new Totals(ticker.read(), blocks.getCount(), bytes.getCount(), failures.getCount(), readsOfDisks);
    }

    /**
     * That of the disk whose 99th percentile is the highest, which is the one that clients notice, among those that were read in
     * the interval. Null if none was.
     */
    private @Nullable Snapshot slowestDisk(Totals now) {
        Snapshot slowest = null;
        for (Map.Entry<String, Timer> disk : diskTimers().entrySet()) {
            long before = last.readsOfDisks().getOrDefault(disk.getKey(), 0L);
            if (now.readsOfDisks().getOrDefault(disk.getKey(), 0L) == before) {
                continue;
            }
            Snapshot snapshot = disk.getValue().getSnapshot();
            if (slowest == null || snapshot.get99thPercentile() > slowest.get99thPercentile()) {
                slowest = snapshot;
            }
        }
        return slowest;
    }

    private Map<String, Timer> diskTimers() {
        return metrics.getTimers((name, metric) -> name.startsWith(DISK_PREFIX) && name.endsWith(DISK_LATENCY));
    }

    /** Samples no more. */
    @Override
    public void close() {
        timer.close();
    }
}
