package dev.mesosshuffle.status;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What applications hold on their disks, as it was when last measured. Whoever asks gets the last value, and has what is
 * missing or old measured in the background: what is missing first, one measurement at a time, and none within ten seconds of
 * the one before, so that disks hardly notice however often somebody asks.
 *
 * <p><b>Concurrency:</b> for any thread; never waits. A measurement has a thread of its own, which ends with it.
 */
public final class UsageCache {
    static final Duration VALID = Duration.ofMinutes(1);
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** Several pages of a list; whatever was asked for last stays. */
    static final int MAX_ENTRIES = 4096;

    private static final float LOAD_FACTOR = 0.75f;

    private final DiskUsage diskUsage;
    private final Function<String, List<LocalDir>> dirs;
    private final Executor thread;
    private final Ticker ticker;

    /** In the order of their last use. Guarded by this. */
    private final Map<String, Measured> measured = new LinkedHashMap<>(16, LOAD_FACTOR, true);

    /** What is to be measured next, since nothing is known of it. Guarded by this. */
    private final Set<String> missing = new LinkedHashSet<>();

    /** What is to be measured after that, since it is old. Guarded by this. */
    private final Set<String> old = new LinkedHashSet<>();

    private boolean running;
    private boolean everRun;
    private long lastEnd;

    private record Measured(DiskUsage.Usage usage, long at) {}

    /**
     * Creates a cache that has measured nothing.
     *
     * @param diskUsage measures
     * @param dirs returns the directories of an application
     */
    public UsageCache(DiskUsage diskUsage, Function<String, List<LocalDir>> dirs) {
        this(
                diskUsage,
                dirs,
                task -> DaemonThreads.newThread("disk-usage", task).start(),
                System::nanoTime);
    }

    /** With threads and a clock of a test. */
    UsageCache(DiskUsage diskUsage, Function<String, List<LocalDir>> dirs, Executor thread, Ticker ticker) {
        this.diskUsage = diskUsage;
        this.dirs = dirs;
        this.thread = thread;
        this.ticker = ticker;
    }

    /**
     * Returns what is known of some applications, and has the rest measured.
     *
     * @return the last values; an application that was not measured yet is missing
     */
    Map<String, UsageView> of(List<String> appIds) {
        Map<String, UsageView> known = new LinkedHashMap<>();
        boolean start;
        synchronized (this) {
            long now = ticker.read();
            for (String appId : appIds) {
                Measured last = measured.get(appId);
                if (last != null) {
                    known.put(
                            appId,
                            new UsageView(
                                    last.usage().bytes(),
                                    last.usage().isComplete(),
                                    Duration.ofNanos(now - last.at())));
                }
                if (last == null) {
                    addTo(missing, appId);
                } else if (now - last.at() >= VALID.toNanos()) {
                    addTo(old, appId);
                }
            }
            start = !(missing.isEmpty() && old.isEmpty()) && !running && (!everRun || now - lastEnd >= PAUSE.toNanos());
            running |= start;
        }
        if (start) {
            start();
        }
        return known;
    }

    private static void addTo(Set<String> wanted, String appId) {
        if (wanted.size() < MAX_ENTRIES) {
            wanted.add(appId);
        }
    }

    private void start() {
        try {
            thread.execute(this::measure);
        } catch (RuntimeException | Error e) {
            ended(Map.of());
            ThreadShortage.report("the measurement of applications' directories", e);
        }
    }

    private void measure() {
        Map<String, DiskUsage.Usage> result = Map.of();
        try {
            result = diskUsage.measure(takeWanted(), dirs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended(result);
        }
    }

    private synchronized List<String> takeWanted() {
        Set<String> batch = new LinkedHashSet<>(missing);
        batch.addAll(old);
        missing.clear();
        old.clear();
        return List.copyOf(batch);
    }

    private synchronized void ended(Map<String, DiskUsage.Usage> result) {
        running = false;
        everRun = true;
        lastEnd = ticker.read();
        result.forEach((appId, usage) -> {
            if (isWorthKeeping(usage, measured.get(appId))) {
                measured.put(appId, new Measured(usage, lastEnd));
            }
        });
        var eldest = measured.keySet().iterator();
        while (measured.size() > MAX_ENTRIES && eldest.hasNext()) {
            eldest.next();
            eldest.remove();
        }
    }

    /** What misses something tells less than a whole one of before, unless it has found more. */
    private static boolean isWorthKeeping(DiskUsage.Usage usage, @Nullable Measured before) {
        if (usage.isComplete()) {
            return true;
        }
        return usage.bytes() > 0
                && (before == null
                        || !before.usage().isComplete()
                        || usage.bytes() > before.usage().bytes());
    }
}
