package dev.mesosshuffle.fetch;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.DataFileCache;
import dev.mesosshuffle.blocks.IndexCache;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;
import dev.mesosshuffle.roots.TestRootMonitor;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreFixture;
import dev.mesosshuffle.testing.ManualTicker;
import dev.mesosshuffle.testing.ShuffleFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A root with shuffle files, a real registry, and everything that reads blocks, with one thread for each disk. */
public final class FetchFixture implements AutoCloseable {
    /** The number of tasks that may wait for a disk. */
    public static final int DISK_QUEUE = 4;

    public final MetricRegistry metrics = new MetricRegistry();
    public final Path root;
    /** The root of another disk, which never hangs. */
    public final Path otherRoot;

    public final StateStore store;
    public final Registry registry;
    public final DiskExecutors diskExecutors = new DiskExecutors(1, DISK_QUEUE, metrics);
    public final ReadTracker reads = new ReadTracker(System::nanoTime);
    public final BlockResolver blockResolver;
    public final FetchServices services;
    public final RateLimitedLogger rateLimitedLogger = new RateLimitedLogger(() -> 0);

    /** The time that fetches are measured by. */
    public final ManualTicker fetchClock = new ManualTicker();

    /** How far the time of day is ahead, so that files are not too new to be cached. */
    public volatile long wallAheadMillis;

    /** The limit of chunks in flight. */
    public volatile long maxChunks = Long.MAX_VALUE;

    /** The budget of open streams. */
    public final ByteBudget streams = ByteBudget.of(1 << 20);

    public final DataFileCache dataFiles;
    private final Map<String, ShuffleFiles> files = new HashMap<>();
    private final CountDownLatch diskReleased = new CountDownLatch(1);

    public FetchFixture(Path temp) throws Exception {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        otherRoot = Files.createDirectories(temp.toRealPath().resolve("other"));
        store = StoreFixture.open(temp.resolve("state"));
        registry = Registry.load(store, metrics);
        dataFiles = new DataFileCache(10, diskExecutors, System::nanoTime, metrics);
        blockResolver = new BlockResolver(
                new IndexCache(1 << 20, () -> System.currentTimeMillis() + wallAheadMillis, metrics), dataFiles);
        SlowFetches slowFetches = new SlowFetches(Duration.ofSeconds(5), fetchClock, rateLimitedLogger);
        services = new FetchServices(blockResolver, diskExecutors, reads, () -> maxChunks, streams, slowFetches);
    }

    /** Registers an executor with one local dir, which is named after it. */
    public RegisteredExecutor register(String appId, String execId) throws Exception {
        return register(appId, execId, "blockmgr-" + appId + '-' + execId);
    }

    /** Registers an executor with one local dir. */
    public RegisteredExecutor register(String appId, String execId, String dirName) throws Exception {
        return register(appId, execId, new LocalDir(root, root.resolve(dirName)));
    }

    /** Registers an executor with any local dirs. */
    public RegisteredExecutor register(String appId, String execId, LocalDir... dirs) throws Exception {
        List<Path> paths = Stream.of(dirs).map(LocalDir::path).toList();
        RegisteredExecutor executor = new RegisteredExecutor(
                new AppExecId(appId, execId),
                new ExecutorShuffleInfo(paths.stream().map(Path::toString).toList(), 64, "sort"),
                List.of(dirs));
        files.put(appId + '/' + execId, new ShuffleFiles(paths));
        registry.registerExecutor(executor).get(20, TimeUnit.SECONDS);
        return executor;
    }

    /** The files of a registered executor. */
    public ShuffleFiles files(RegisteredExecutor executor) {
        ShuffleFiles its = files.get(executor.id().appId() + '/' + executor.id().execId());
        if (its == null) {
            throw new AssertionError(executor.id() + " was not registered by this test");
        }
        return its;
    }

    /** Keeps the only thread of the root's disk busy, and fills its queue but for a number of places. */
    public void hangDisk(int freePlaces) {
        CountDownLatch started = new CountDownLatch(1);
        diskExecutors.execute(root, () -> {
            started.countDown();
            awaitRelease(diskReleased);
        });
        awaitRelease(started);
        for (int i = freePlaces; i < DISK_QUEUE; i++) {
            diskExecutors.execute(root, () -> {});
        }
    }

    public void releaseDisk() {
        diskReleased.countDown();
    }

    private static void awaitRelease(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new AssertionError("not released in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A monitor for which the root is what it was. */
    public RootMonitor availableRoot() throws Exception {
        return TestRootMonitor.of(Map.of(root, Set.of((Long) Files.getAttribute(root, "unix:ino"))));
    }

    /** A monitor for which another file system was mounted on the root when the executors registered. */
    RootMonitor unavailableRoot() throws Exception {
        return TestRootMonitor.of(Map.of(root, Set.of((Long) Files.getAttribute(root, "unix:ino") + 1)));
    }

    FetchContext context(RootMonitor rootMonitor) {
        FetchMetrics fetchMetrics = new FetchMetrics(metrics);
        return new FetchContext(
                services,
                registry,
                rootMonitor,
                fetchMetrics,
                new LoadShedder(fetchMetrics, rateLimitedLogger),
                new BlockFailures(rateLimitedLogger),
                rateLimitedLogger);
    }

    /** A budget that is never used up. */
    static ByteBudget unlimited() {
        return ByteBudget.of(Long.MAX_VALUE);
    }

    public long count(String metric) {
        return metrics.counter("shuffleService." + metric).getCount();
    }

    /** A block of map 0 of shuffle 0. */
    public static ShuffleBlockId blockId(int reduceId) {
        return new ShuffleBlockId(0, 0, reduceId, reduceId + 1);
    }

    /** The ids of the first blocks of map 0 of shuffle 0. */
    public static BlockIds blockIds(int count) {
        return new BlockIds() {
            @Override
            public int size() {
                return count;
            }

            @Override
            public BlockId get(int index) {
                return blockId(index);
            }

            @Override
            public long retainedBytes() {
                return 8L * count;
            }
        };
    }

    @Override
    public void close() {
        releaseDisk();
        diskExecutors.close();
        dataFiles.close();
        store.close();
    }
}
