package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.cases.Measurements.Usage;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.data.PageCache;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.load.FetchPlanner;
import dev.mesosshuffle.benchmark.load.FetchQueue;
import dev.mesosshuffle.benchmark.load.LoadGenerator;
import dev.mesosshuffle.benchmark.service.RunningService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Runs the rounds of one case on whichever service it is given. */
final class FetchRounds {
    /** Before the window that is measured, every connection has been busy for a while. */
    private static final Duration RAMP = Duration.ofMillis(300);

    private static final Duration MOST = Duration.ofMinutes(5);
    private static final int COUNTED_FETCHES = 32;
    private static final int RECONNECTING_FETCHES = 1000;

    private final FetchCase fetchCase;
    private final String appId;
    private final List<Fetch> fetches;
    private final List<Path> files;

    private FetchRounds(FetchCase fetchCase, String appId, List<Fetch> fetches, List<Path> files) {
        this.fetchCase = fetchCase;
        this.appId = appId;
        this.fetches = fetches;
        this.files = files;
    }

    /** Plans the fetches of a case, and reads its files into memory. */
    static FetchRounds prepare(FetchCase fetchCase, GeneratedExecutor executor) throws IOException {
        List<Fetch> fetches = new ArrayList<>(
                new FetchPlanner(executor, fetchCase.kind(), fetchCase.chunksPerFetch(), fetchCase.width()).plan());
        if (fetchCase.pace() == Pace.COLD) {
            // Reducers are at different places of their own; in order, the kernel would read ahead for the next one.
            Collections.shuffle(fetches, new Random(1));
        }
        List<Path> files = executor.files();
        PageCache.warm(files);
        return new FetchRounds(fetchCase, executor.appId(), fetches, files);
    }

    /** Lets a service compile what it will run. */
    void warmUp(RunningService service, Duration time) throws IOException {
        boolean reconnecting = fetchCase.pace() == Pace.RECONNECTING;
        try (LoadGenerator load = start(service, FetchQueue.endless(fetches), reconnecting)) {
            load.runFor(time);
        }
    }

    /**
     * Measures one round.
     *
     * @param time how long, if the case does not say by itself when it ends
     */
    Measurements measure(RunningService service, Duration time) throws IOException, InterruptedException {
        return switch (fetchCase.pace()) {
            case WARM -> measureWarm(service, time);
            case COLD -> measureCold(service);
            case COUNTED -> measureToEnd(service, FetchQueue.limited(fetches, COUNTED_FETCHES), false);
            case RECONNECTING -> measureToEnd(service, FetchQueue.limited(fetches, RECONNECTING_FETCHES), true);
        };
    }

    /** Measures the next blocks, as many as asked for, rounded down to whole fetches. */
    Measurements measureFirst(RunningService service, int blocks) throws IOException {
        double before = service.usage().cpuSeconds();
        Measurements figures =
                measureToEnd(service, FetchQueue.limited(fetches, blocks / fetchCase.chunksPerFetch()), false);
        return figures.with(Metric.CPU_SECONDS, service.usage().cpuSeconds() - before);
    }

    private Measurements measureWarm(RunningService service, Duration time) throws IOException {
        try (IdleConnections idle = IdleConnections.open(service.address(), fetchCase.idleConnections());
                LoadGenerator load = start(service, FetchQueue.endless(fetches), false)) {
            load.runFor(RAMP);
            load.runUntilFetches(fetchCase.connections(), MOST);
            load.takeStats();
            Usage before = Usage.of(service);
            long start = System.nanoTime();
            load.runFor(time);
            long nanos = System.nanoTime() - start;
            Usage after = Usage.of(service);
            idle.checkOpen();
            return Measurements.of(load.takeStats(), nanos, before, after);
        }
    }

    private Measurements measureCold(RunningService service) throws IOException, InterruptedException {
        PageCache.drop(files);
        long readBefore = service.usage().diskReadBytes();
        Measurements figures = measureToEnd(service, FetchQueue.limited(fetches, fetches.size()), false);
        // Shows that the blocks did come from the disk.
        return figures.with(Metric.DISK_READ_MB, (service.usage().diskReadBytes() - readBefore) / Measurements.MEGA);
    }

    private Measurements measureToEnd(RunningService service, FetchQueue queue, boolean reconnecting)
            throws IOException {
        Usage before = Usage.of(service);
        long start = System.nanoTime();
        try (LoadGenerator load = start(service, queue, reconnecting)) {
            load.runToEnd(MOST);
            return Measurements.of(load.takeStats(), System.nanoTime() - start, before, Usage.of(service));
        }
    }

    private LoadGenerator start(RunningService service, FetchQueue queue, boolean reconnecting) throws IOException {
        return LoadGenerator.start(
                service.endpoint(appId), queue, fetchCase.kind(), fetchCase.connections(), reconnecting);
    }
}
