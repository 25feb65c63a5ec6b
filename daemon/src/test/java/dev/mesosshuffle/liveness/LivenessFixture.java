package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.LivenessStoreAdapter;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.cleanup.TestRemovalGuards;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A monitor with a real registry, store and reclaimer, and manual time. */
final class LivenessFixture implements AutoCloseable {
    /** What operators see of the recent past. */
    final RecentEvents events = new RecentEvents(() -> 0);

    static final Duration ORPHAN_TIMEOUT = Duration.ofHours(24);

    /** Shortly before it wraps around. */
    static final long TIME_START = Long.MAX_VALUE - 1_000_000_000L;

    static final Duration MASTER_TIMEOUT = Duration.ofHours(1);

    final AtomicLong time = new AtomicLong(TIME_START);

    final long wallStart = System.currentTimeMillis();

    /** What the wall clock was set forward by, in ms. */
    volatile long wallShift;

    volatile boolean disksFull;

    /** Where tasks for disks wait for the test; null if they are done at once. */
    volatile @Nullable List<Runnable> diskTasks;

    /** How the disk answers when local dirs are looked into. */
    final FaultyFiles files = new FaultyFiles();

    volatile boolean idleTimesFail;
    volatile boolean keepsFail;

    /** Whether there is no memory for what follows from the next removal. */
    final AtomicBoolean isScarceOnce = new AtomicBoolean();

    /** The application whose idle time cannot even be queued. */
    volatile @Nullable String brokenApp;

    final List<String> idleTimeWrites = new CopyOnWriteArrayList<>();

    private final LivenessConfig config;
    private final @Nullable MesosMaster master;

    final MetricRegistry metrics = new MetricRegistry();
    final Path root;
    final StateStore store;
    final Registry registry;
    final List<LocalDir> removedDirs = new CopyOnWriteArrayList<>();
    final Reclaimer reclaimer;
    LivenessMonitor monitor;

    private final Path stateDir;
    private final LogCapture log = LogCapture.named(
            "org.apache.spark",
            "dev.mesosshuffle.liveness",
            "dev.mesosshuffle.activity",
            "dev.mesosshuffle.concurrent");

    LivenessFixture(Path temp) throws Exception {
        this(temp, ORPHAN_TIMEOUT, true);
    }

    LivenessFixture(Path temp, Duration orphanTimeout, boolean cleanup) throws Exception {
        this(temp, orphanTimeout, cleanup, null);
    }

    LivenessFixture(Path temp, Duration orphanTimeout, boolean cleanup, @Nullable MesosMaster master) throws Exception {
        config = new LivenessConfig(orphanTimeout, MASTER_TIMEOUT, cleanup);
        this.master = master;
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        stateDir = temp.resolve("state");
        store = StateStore.open(stateDir, 7337, Clock.systemUTC(), metrics);
        registry = Registry.load(store, metrics);
        reclaimer = new Reclaimer(
                store,
                TestRemovalGuards.of(LocalDirPolicy.of(List.of(root), metrics), stateDir, appId -> false),
                System::nanoTime,
                new RootExecutors("cleanup-", () -> 0),
                metrics,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
        reclaimer.start(Reclaimer.CHECK_INTERVAL);
        monitor = newMonitor(metrics);
    }

    private void removed(List<LocalDir> dirs) {
        if (isScarceOnce.compareAndSet(true, false)) {
            throw new OutOfMemoryError("for a test");
        }
        removedDirs.addAll(dirs);
    }

    private LivenessMonitor newMonitor(MetricRegistry itsMetrics) {
        return new LivenessMonitor(registry, reclaimer, config, context(time::get), this::removed, itsMetrics);
    }

    LivenessContext context(Ticker ticker) {
        return new LivenessContext(
                ticker,
                () -> wallStart + TimeUnit.NANOSECONDS.toMillis(time.get() - TIME_START) + wallShift,
                new Random(1),
                (root, task) -> {
                    if (disksFull) {
                        throw new RejectedExecutionException("full for a test");
                    }
                    List<Runnable> held = diskTasks;
                    if (held == null) {
                        task.run();
                    } else {
                        held.add(task);
                    }
                },
                files,
                new FailingStore(),
                master,
                events);
    }

    /** The real store, which fails on demand. */
    private final class FailingStore implements LivenessStore {
        private final LivenessStore target = new LivenessStoreAdapter(store);

        @Override
        public CompletableFuture<Void> saveIdleTime(String appId, Duration idle) {
            if (appId.equals(brokenApp)) {
                throw new IllegalStateException("broken for a test");
            }
            idleTimeWrites.add(appId + " " + idle.toMinutes());
            return idleTimesFail ? failed() : target.saveIdleTime(appId, idle);
        }

        @Override
        public CompletableFuture<Void> saveKept(String appId, boolean kept) {
            return keepsFail ? failed() : target.saveKept(appId, kept);
        }

        @Override
        public CompletableFuture<Void> saveDrivers(String appId, StoredDrivers drivers) {
            return target.saveDrivers(appId, drivers);
        }

        private static CompletableFuture<Void> failed() {
            return CompletableFuture.failedFuture(new IllegalStateException("full for a test"));
        }
    }

    /** As after a restart: the monitor that was there is gone, killed or closed, and another one knows what is stored. */
    void restart(boolean inOrder) throws Exception {
        if (inOrder) {
            monitor.close();
        }
        settle();
        monitor = newMonitor(new MetricRegistry());
        Map<String, Duration> stored = store.loadIdleTimes();
        Map<String, Duration> restored = new HashMap<>();
        registry.applications().forEach(app -> restored.put(app, stored.getOrDefault(app, Duration.ZERO)));
        monitor.restored(restored, store.loadKept(), store.loadDriverAddresses(), store.loadReregisteringDrivers());
    }

    void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }

    /** Registers an executor with one dir in the root, and a file in that. */
    LocalDir registerExecutor(String appId, String execId) throws Exception {
        LocalDir dir = new LocalDir(root, root.resolve("blockmgr-" + appId + "-" + execId));
        Files.createDirectories(dir.path().resolve("0a"));
        Files.writeString(dir.path().resolve("0a/shuffle_0_0_0.data"), "data");
        changed(dir, Duration.ofDays(-100));
        monitor.activity(appId);
        RegisteredExecutor executor = new RegisteredExecutor(
                new AppExecId(appId, execId),
                new ExecutorShuffleInfo(List.of(dir.path().toString()), 64, "a.ShuffleManager"),
                List.of(dir));
        registry.registerExecutor(executor).get(1, TimeUnit.MINUTES);
        return dir;
    }

    /** Lets a file have come or gone in a dir of a dir, at a time after the test's start by the wall clock. */
    void changed(LocalDir dir, Duration when) throws IOException {
        FileTime time = FileTime.fromMillis(wallStart + when.toMillis());
        Files.setLastModifiedTime(dir.path().resolve("0a"), time);
        Files.setLastModifiedTime(
                dir.path(), FileTime.fromMillis(wallStart - Duration.ofDays(100).toMillis()));
    }

    /** Registers executors with dirs that are not there. */
    List<AppExecId> registerExecutors(String appId, int number) throws Exception {
        List<AppExecId> ids = new ArrayList<>();
        List<CompletableFuture<Void>> registered = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            LocalDir dir = new LocalDir(root, root.resolve("blockmgr-" + appId + "-" + i));
            ids.add(new AppExecId(appId, String.valueOf(i)));
            registered.add(registry.registerExecutor(new RegisteredExecutor(
                    ids.get(i),
                    new ExecutorShuffleInfo(List.of(dir.path().toString()), 64, "a.ShuffleManager"),
                    List.of(dir))));
        }
        CompletableFuture.allOf(registered.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
        return ids;
    }

    /** Checks, and waits until what was decided is in the store. */
    void check() throws Exception {
        monitor.check();
        settle();
    }

    void settle() throws Exception {
        store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
    }

    /** Does something while nothing that is to be stored gets there. */
    void whileTheStoreWaits(Runnable action) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + stateDir.resolve("registry-7337.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            action.run();
            statement.execute("ROLLBACK");
        }
    }

    void assertAlive(String appId) throws Exception {
        check();
        assertThat(registry.applications()).contains(appId);
    }

    void assertOver(String appId) throws Exception {
        check();
        assertThat(registry.applications()).doesNotContain(appId);
    }

    /** Makes every removal fail, or work again. */
    void breakRemovals(boolean broken) throws SQLException {
        sql(
                broken
                        ? "CREATE TRIGGER broken BEFORE INSERT ON removals BEGIN SELECT RAISE(ABORT, 'broken for a test'); END"
                        : "DROP TRIGGER broken");
    }

    /** As after a restart of the whole process, with all that is stored read again. */
    LivenessFixture reopened(Path temp) throws Exception {
        close();
        LivenessFixture next = new LivenessFixture(temp);
        Map<String, Duration> restored = new HashMap<>();
        next.registry.applications().forEach(app -> restored.put(app, Duration.ZERO));
        next.monitor.restored(
                restored,
                next.store.loadKept(),
                next.store.loadDriverAddresses(),
                next.store.loadReregisteringDrivers());
        return next;
    }

    void sql(String command) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + stateDir.resolve("registry-7337.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    long count(String metric) {
        return metrics.counter("shuffleService." + metric).getCount();
    }

    Object gauge(String metric) {
        return metrics.gauge("shuffleService." + metric).getValue();
    }

    /** What the monitor and Spark's loggers said, in order. */
    List<String> log() {
        return log.linesWithLogger();
    }

    List<String> log(String part) {
        return log().stream().filter(line -> line.contains(part)).toList();
    }

    @Override
    public void close() {
        log.close();
        monitor.close();
        reclaimer.close();
        store.close();
    }

    /** Waits until nothing is left in the root. */
    void awaitEmptyRoot() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (isRootFilled()) {
            assertThat(System.nanoTime() - deadline)
                    .as("the root was not emptied in time")
                    .isNegative();
            settle();
        }
    }

    private boolean isRootFilled() throws IOException {
        try (Stream<Path> left = Files.list(root)) {
            return left.findAny().isPresent();
        }
    }
}
