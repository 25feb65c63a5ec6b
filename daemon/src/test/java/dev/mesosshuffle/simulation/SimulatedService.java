package dev.mesosshuffle.simulation;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.LivenessStoreAdapter;
import dev.mesosshuffle.cleanup.LocalDirRefusedException;
import dev.mesosshuffle.cleanup.SteppedCleanup;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.fetch.ReadTracker;
import dev.mesosshuffle.host.ScriptedHost;
import dev.mesosshuffle.liveness.LivenessConfig;
import dev.mesosshuffle.liveness.LivenessContext;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.liveness.ScriptedMaster;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.registry.RegistrationRefusedException;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import dev.mesosshuffle.store.StateStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What judges, stores and deletes in the service of one port, all of it real but for the time, the master, the disk's
 * free space and what processes have open; it can be paused, stopped and killed. All its work but the store's is done in
 * the caller's thread, and waits until it is called for.
 */
final class SimulatedService implements AutoCloseable {
    static final Duration CHECK = Duration.ofMinutes(1);
    static final Duration ORPHAN_TIMEOUT = Duration.ofHours(24);
    static final Duration MASTER_TIMEOUT = Duration.ofHours(1);

    final int port;
    final boolean deletesOrphans;
    final boolean deletesDirs;
    final List<SimulatedApplication> apps = new ArrayList<>();

    /** The time that it has listened, in ns. */
    long listened;

    /** When its scans last began to succeed. */
    long mendedAt = Long.MIN_VALUE / 2;

    /** What the wall clock was set forward by when it started. */
    long shift;

    boolean isRunning;
    boolean isPaused;

    /** The disk that its scans see. */
    final SimulatedDisk disk = new SimulatedDisk();

    private final Setting setting;
    private final OrphanMode orphans;

    StateStore store;
    Registry registry;
    LivenessMonitor monitor;
    SteppedCleanup cleanup;
    ReadTracker reads;

    /**
     * What services of one host share.
     *
     * @param roots the local roots
     * @param stateDir where their registries lie
     */
    record Setting(
            List<Path> roots,
            Path stateDir,
            ScriptedHost host,
            SimulatedClocks time,
            @Nullable ScriptedMaster master,
            Random random) {}

    SimulatedService(Setting setting, int port, OrphanMode orphans, boolean deletesDirs) throws Exception {
        this.setting = setting;
        this.port = port;
        this.deletesDirs = deletesDirs;
        this.orphans = orphans;
        this.deletesOrphans = orphans == OrphanMode.DELETE;
        start();
    }

    private SteppedCleanup newCleanup(MetricRegistry metrics) throws Exception {
        return new SteppedCleanup(
                new SteppedCleanup.Context(
                        setting.roots(),
                        store,
                        registry,
                        PeerRegistries.of(setting.stateDir(), port, List.of()),
                        reads::isRead,
                        setting.host(),
                        orphans,
                        ORPHAN_TIMEOUT,
                        setting.time()::nanoTime,
                        setting.time()::wallMillis),
                metrics);
    }

    private LivenessMonitor newMonitor(MetricRegistry metrics) {
        return new LivenessMonitor(
                registry,
                cleanup.reclaimer(),
                new LivenessConfig(ORPHAN_TIMEOUT, MASTER_TIMEOUT, deletesDirs),
                new LivenessContext(
                        setting.time()::nanoTime,
                        setting.time()::wallMillis,
                        new Random(setting.random().nextLong()),
                        disk,
                        disk.files,
                        new LivenessStoreAdapter(store),
                        setting.master(),
                        EventRecorder.NONE),
                dirs -> {},
                metrics);
    }

    private void begin() throws Exception {
        cleanup.reclaimer().reclaim(store.loadRemovals());
        Map<String, Duration> stored = store.loadIdleTimes();
        Map<String, Duration> restored = new HashMap<>();
        registry.applications().forEach(app -> restored.put(app, stored.getOrDefault(app, Duration.ZERO)));
        monitor.restored(restored, store.loadKept(), store.loadDriverAddresses(), store.loadReregisteringDrivers());
        monitor.setCheckInterval(CHECK);
        shift = setting.time().wallShift();
        isRunning = true;
    }

    /** Starts it, for the first time or anew. */
    void start() throws Exception {
        MetricRegistry metrics = new MetricRegistry();
        store = StateStore.open(setting.stateDir(), port, Clock.systemUTC(), metrics);
        registry = Registry.load(store, metrics);
        reads = new ReadTracker(System::nanoTime);
        cleanup = newCleanup(metrics);
        monitor = newMonitor(metrics);
        begin();
    }

    /** Has it end as after SIGTERM. */
    void stop() {
        monitor.close();
        end();
    }

    /** Kills it after it has dealt with so many more files. */
    void kill(int files) throws Exception {
        settle();
        cleanup.workAndDie(files);
        end();
    }

    private void end() {
        isRunning = false;
        isPaused = false;
        disk.forget();
        cleanup.end();
        store.close();
        apps.forEach(app -> app.serviceEnded(listened));
    }

    /** Whether it does anything at all. */
    boolean isActive() {
        return isRunning && !isPaused;
    }

    /** Whether it had the time to scan what it could not scan before. */
    boolean couldScan(long now) {
        return !disk.isBroken() && now - mendedAt > Duration.ofHours(1).toNanos();
    }

    boolean isKnown(SimulatedApplication app) {
        return registry.isPersisted(app.id);
    }

    boolean isIdle() throws Exception {
        return cleanup.isIdle();
    }

    /** Does the work that waits, or some of it. */
    void work(int most) throws Exception {
        settle();
        while (!cleanup.isIdle()) {
            cleanup.work(most);
            settle();
            if (most < Integer.MAX_VALUE) {
                return;
            }
        }
    }

    /** Waits until all that was given to the store is stored, and what follows from that has begun. */
    void settle() throws Exception {
        store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
    }

    void registerDriver(SimulatedApplication app) throws Exception {
        Object connection = new Object();
        long timeoutMs = TimeUnit.NANOSECONDS.toMillis(app.timeout);
        registerDriver(app, timeoutMs, app.comesBack, connection, "/10.0.0.1:1");
        app.everHadDriver = true;
        app.connection = connection;
        app.hasDriver = true;
        app.reachable = true;
        app.closeReason = null;
        app.heartbeat(listened);
    }

    private void registerDriver(
            SimulatedApplication app, long timeoutMs, boolean comesBack, Object connection, String address)
            throws Exception {
        StoredDrivers inCharge = monitor.driverRegistered(app.id, timeoutMs, comesBack, connection, address);
        registry.registerDriver(app.id, inCharge).get(1, TimeUnit.MINUTES);
    }

    /** Somebody else registers as the application's driver, to be missed at once. */
    void registerStranger(SimulatedApplication app, CloseReason how) throws Exception {
        Object connection = new Object();
        registerDriver(app, 1, setting.random().nextBoolean(), connection, "/10.6.6.6:1");
        app.lastSignal = listened;
        monitor.driverDisconnected(app.id, connection, how);
        app.strangerUnreachable |= how == CloseReason.CLOSED_LOCALLY;
    }

    void heartbeat(SimulatedApplication app) {
        monitor.heartbeat(app.id, Objects.requireNonNull(app.connection));
        app.heartbeat(listened);
    }

    void activity(SimulatedApplication app) {
        monitor.activity(app.id);
        app.activity(listened);
    }

    /** Registers an executor with some dirs; returns whether that was not refused. */
    boolean registerExecutor(SimulatedApplication app, List<Path> paths) throws Exception {
        List<LocalDir> accepted = new ArrayList<>();
        try {
            for (Path path : paths) {
                accepted.add(cleanup.policy().accept(path.toString()));
            }
            monitor.activity(app.id);
            registry.registerExecutor(new RegisteredExecutor(
                            executorId(app, app.executors),
                            new ExecutorShuffleInfo(
                                    paths.stream().map(Path::toString).toList(), 64, "a.ShuffleManager"),
                            accepted))
                    .get(1, TimeUnit.MINUTES);
            monitor.activity(app.id);
        } catch (LocalDirRefusedException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RegistrationRefusedException) {
                return false;
            }
            throw e;
        }
        app.executors++;
        app.activity(listened);
        return true;
    }

    /** Whether requests for the blocks of all its executors find them. */
    boolean isServed(SimulatedApplication app) {
        for (int executor = 0; executor < app.executors; executor++) {
            if (registry.executor(executorId(app, executor)) == null) {
                return false;
            }
        }
        return true;
    }

    private static AppExecId executorId(SimulatedApplication app, int number) {
        return new AppExecId(app.id, String.valueOf(number));
    }

    @Override
    public String toString() {
        return "service " + port;
    }

    @Override
    public void close() {
        if (isRunning) {
            stop();
        }
    }
}
