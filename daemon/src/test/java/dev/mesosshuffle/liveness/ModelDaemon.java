package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.cleanup.TestOrphanRules;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.store.StateStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What judges, stores and deletes, all of it real but for the time and the master; it can be stopped and killed. */
final class ModelDaemon implements AutoCloseable {
    static final Duration CHECK = Duration.ofMinutes(1);
    static final Duration ORPHAN_TIMEOUT = Duration.ofHours(24);
    static final Duration MASTER_TIMEOUT = Duration.ofHours(1);

    private final Path root;
    private final Path stateDir;
    private final @Nullable ScriptedMaster master;
    private final Random random;
    private final long wallStart = System.currentTimeMillis();
    private final long timeStart;

    /** In ns from any point. */
    long time;

    /** What the wall clock was set forward by, in ms. */
    long wallShift;

    StateStore store;
    Registry registry;
    LivenessMonitor monitor;
    private Reclaimer reclaimer;

    ModelDaemon(Path root, Path stateDir, @Nullable ScriptedMaster master, Random random) throws Exception {
        this.root = root;
        this.stateDir = stateDir;
        this.master = master;
        this.random = random;
        this.timeStart = random.nextLong();
        this.time = timeStart;
        MetricRegistry metrics = new MetricRegistry();
        store = StateStore.open(stateDir, 7337, Clock.systemUTC(), metrics);
        registry = Registry.restore(store, metrics);
        reclaimer = newReclaimer(metrics);
        monitor = newMonitor(metrics);
        start();
    }

    private Reclaimer newReclaimer(MetricRegistry metrics) throws Exception {
        return Reclaimer.start(
                store,
                LocalDirPolicy.of(List.of(root), metrics),
                TestOrphanRules.of(root, stateDir),
                appId -> false,
                System::nanoTime,
                () -> 0,
                metrics);
    }

    private LivenessMonitor newMonitor(MetricRegistry metrics) {
        return LivenessMonitor.create(
                registry,
                reclaimer,
                new LivenessSettings(ORPHAN_TIMEOUT, MASTER_TIMEOUT, true),
                new Surroundings(
                        () -> time,
                        this::wallMillis,
                        new Random(random.nextLong()),
                        (disk, task) -> task.run(),
                        store::putQuietTime,
                        store::putKept,
                        master),
                dirs -> {},
                metrics);
    }

    private void start() throws Exception {
        reclaimer.reclaim(store.loadRemovals());
        Map<String, Duration> stored = store.loadQuietTimes();
        Map<String, Duration> restored = new HashMap<>();
        registry.applications().forEach(app -> restored.put(app, stored.getOrDefault(app, Duration.ZERO)));
        monitor.restored(restored, store.loadKept());
        monitor.expectChecks(CHECK);
    }

    long wallMillis() {
        return wallStart + TimeUnit.NANOSECONDS.toMillis(time - timeStart) + wallShift;
    }

    /** Ends this process and begins the next; in between, time passes. */
    void restart(boolean inOrder, Duration down) throws Exception {
        if (inOrder) {
            monitor.close();
        }
        reclaimer.close();
        store.close();
        time += down.toNanos();
        MetricRegistry metrics = new MetricRegistry();
        store = StateStore.open(stateDir, 7337, Clock.systemUTC(), metrics);
        registry = Registry.restore(store, metrics);
        reclaimer = newReclaimer(metrics);
        monitor = newMonitor(metrics);
        start();
    }

    LocalDir registerExecutor(String appId, int number) throws Exception {
        LocalDir dir = new LocalDir(root, root.resolve("blockmgr-" + appId + "-" + number));
        Files.createDirectories(dir.path().resolve("0a"));
        Files.writeString(dir.path().resolve("0a/shuffle_0_0_0.data"), "data");
        setChanged(dir, wallMillis());
        monitor.activity(appId);
        registry.registerExecutor(new RegisteredExecutor(
                        new AppExecId(appId, String.valueOf(number)),
                        new ExecutorShuffleInfo(List.of(dir.path().toString()), 64, "a.ShuffleManager"),
                        List.of(dir)))
                .get(1, TimeUnit.MINUTES);
        monitor.activity(appId);
        return dir;
    }

    void setChanged(LocalDir dir, long millis) throws Exception {
        Files.setLastModifiedTime(dir.path().resolve("0a"), FileTime.fromMillis(millis));
        Files.setLastModifiedTime(dir.path(), FileTime.fromMillis(millis));
    }

    void settle() throws Exception {
        store.dropExecutors(List.of()).get(1, TimeUnit.MINUTES);
    }

    /** Waits until dirs are gone that are being deleted. */
    void awaitGone(Path path) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (Files.exists(path)) {
            assertThat(System.nanoTime() - deadline)
                    .as("%s was not deleted in time", path)
                    .isNegative();
            settle();
        }
    }

    @Override
    public void close() {
        monitor.close();
        reclaimer.close();
        store.close();
    }
}
