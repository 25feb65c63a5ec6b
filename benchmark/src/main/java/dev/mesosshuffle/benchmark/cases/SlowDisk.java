package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.DataFolder;
import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.data.PageCache;
import dev.mesosshuffle.benchmark.data.ThrottledDisk;
import dev.mesosshuffle.benchmark.load.BackgroundLoad;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.load.FetchKind;
import dev.mesosshuffle.benchmark.load.FetchPlanner;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether those who do not need a slow disk notice that others wait for it.
 *
 * @param slow what is asked of the slow disk
 * @param bystanders what is asked of another one
 */
record SlowDisk(Dataset slow, FetchCase bystanders) implements Experiment {
    private static final long BYTES_PER_SECOND = 4L * Sizes.MIB;
    private static final int CONNECTIONS = 8;

    @Override
    public String name() {
        return "slow-disk";
    }

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        long bytes = slow.maps() * slow.length(0, slow.reduces());
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        // A quarter more, for the file system itself.
        try (ThrottledDisk disk = ThrottledDisk.make(bench.work().resolve("slow-disk"), bytes + bytes / 4)) {
            GeneratedExecutor slowExecutor = new DataFolder(List.of(disk.mountPoint())).executor(slow);
            for (Launcher launcher : bench.launchers()) {
                measured.put(launcher.name(), List.of(measure(bench, launcher, disk, slowExecutor)));
            }
        }
        String what = CONNECTIONS + " clients ask for blocks of " + Sizes.of(slow.length(0)) + " of a disk that gives "
                + BYTES_PER_SECOND / Sizes.MIB + " MiB/s";
        return new Result(name(), what, measured);
    }

    private Measurements measure(Bench bench, Launcher launcher, ThrottledDisk disk, GeneratedExecutor slowExecutor)
            throws IOException, InterruptedException {
        GeneratedExecutor executor = bench.data().executor(bystanders.dataset());
        List<Fetch> fetches = new FetchPlanner(slowExecutor, FetchKind.SHUFFLE_BLOCKS, 1, 1).plan();
        FetchRounds warmUp = FetchRounds.prepare(bystanders, executor);
        try (RunningService service = bench.start(launcher, Setup.USUAL.withRoot(disk.mountPoint()))) {
            Registration.register(service, slowExecutor);
            Registration.register(service, executor);
            warmUp.warmUp(service, bench.warmUp());
            ConcurrentClients clients = new ConcurrentClients(service, executor);
            clients.run(bench.roundTime());
            PageCache.drop(slowExecutor.files());
            Duration time = bench.roundTime().multipliedBy(bench.rounds());
            long readBefore = service.usage().diskReadBytes();
            disk.slowDown(BYTES_PER_SECOND);
            try (BackgroundLoad load = BackgroundLoad.start(service.address(), fetches, CONNECTIONS)) {
                Map<Metric, Double> values = new EnumMap<>(clients.run(time));
                values.put(Metric.DISK_READ_MB, (service.usage().diskReadBytes() - readBefore) / Measurements.MEGA);
                load.check();
                return new Measurements(values);
            } finally {
                // Before the service is stopped: a thread that waits for a disk cannot end.
                disk.speedUp();
            }
        }
    }
}
