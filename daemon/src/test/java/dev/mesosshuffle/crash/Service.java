package dev.mesosshuffle.crash;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.LivenessStoreAdapter;
import dev.mesosshuffle.activity.FileTimes;
import dev.mesosshuffle.cleanup.BackgroundCleanup;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.HostInspector;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.liveness.LivenessConfig;
import dev.mesosshuffle.liveness.LivenessContext;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.store.StateStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What registers, decides and deletes, wired as in the daemon, with manual time. */
final class Service implements AutoCloseable {
    static final int PORT = 7337;
    static final int OTHER_PORT = 7338;

    private static final Duration CHECK = Duration.ofMinutes(30);
    private static final Duration ORPHAN_TIMEOUT = Duration.ofHours(1);
    private static final long HEARTBEAT_TIMEOUT_MS = 120_000;

    /** More than any application needs until it expires. */
    private static final int MAX_CHECKS = 10;

    private final AtomicLong time = new AtomicLong();
    private final Map<String, Object> drivers = new ConcurrentHashMap<>();
    private final Set<String> readOnce = ConcurrentHashMap.newKeySet();
    private final LocalDirPolicy policy;
    final StateStore store;
    final Registry registry;
    final BackgroundCleanup cleanup;
    final LivenessMonitor monitor;

    Service(Host host) throws Exception {
        MetricRegistry metrics = new MetricRegistry();
        policy = LocalDirPolicy.of(host.roots(), metrics);
        store = openStore(host, PORT);
        registry = Registry.load(store, metrics);
        PeerRegistries peers = PeerRegistries.of(host.stateDir(), PORT, List.of());
        OrphanPolicy orphanPolicy = new OrphanPolicy(
                policy,
                peers,
                registry::isClaimed,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                ORPHAN_TIMEOUT,
                ProcessCredentials.current(),
                HostInspector.limitedBy(TimeLimiter.unlimited()));
        // Each application's files are in use at the first check before their deletion, and no longer at the next.
        cleanup = new BackgroundCleanup(store, policy, orphanPolicy, peers, readOnce::add);
        cleanup.reclaimer().reclaim(store.loadRemovals());
        monitor = new LivenessMonitor(
                registry,
                cleanup.reclaimer(),
                new LivenessConfig(ORPHAN_TIMEOUT, Duration.ofHours(1), true),
                new LivenessContext(
                        time::get,
                        () -> System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(time.get()),
                        new Random(1),
                        (root, task) -> task.run(),
                        FileTimes.ON_DISK,
                        new LivenessStoreAdapter(store),
                        null,
                        EventRecorder.NONE),
                dirs -> {},
                metrics);
        Map<String, Duration> quietTimes = store.loadIdleTimes();
        Map<String, Duration> restored = new HashMap<>();
        registry.applications().forEach(app -> restored.put(app, quietTimes.getOrDefault(app, Duration.ZERO)));
        monitor.restored(restored, store.loadKept(), store.loadDriverAddresses(), store.loadReregisteringDrivers());
        monitor.start(CHECK);
    }

    static StateStore openStore(Host host, int port) throws StoreException {
        return StateStore.open(host.stateDir(), port, Clock.systemUTC(), new MetricRegistry());
    }

    void registerDriver(String appId) throws Exception {
        Object connection = new Object();
        drivers.put(appId, connection);
        await(registry.registerDriver(
                appId, monitor.driverRegistered(appId, HEARTBEAT_TIMEOUT_MS, false, connection, "/127.0.0.1:1")));
    }

    void registerExecutor(Host host, Host.Executor executor) throws Exception {
        monitor.activity(executor.appId());
        List<String> spelled = new ArrayList<>();
        List<LocalDir> dirs = new ArrayList<>();
        for (String dir : executor.dirs()) {
            spelled.add(host.path(dir).toString());
            dirs.add(policy.accept(host.path(dir).toString()));
        }
        await(registry.registerExecutor(
                new RegisteredExecutor(executor.id(), new ExecutorShuffleInfo(spelled, 64, "a.ShuffleManager"), dirs)));
        monitor.activity(executor.appId());
    }

    /** Ends an application's driver, and lets time pass, with activity of others, until the application expires. */
    void awaitExpiry(String appId, List<String> others) throws Exception {
        Object connection = drivers.get(appId);
        if (connection != null) {
            monitor.driverDisconnected(appId, connection, CloseReason.CLOSED_BY_PEER);
        }
        for (int i = 0; registry.applications().contains(appId); i++) {
            Host.check(i < MAX_CHECKS, appId + " has not expired after " + MAX_CHECKS + " checks");
            time.addAndGet(CHECK.toNanos());
            for (String other : others) {
                monitor.activity(other);
                if (drivers.containsKey(other)) {
                    monitor.heartbeat(other, drivers.getOrDefault(other, this));
                }
            }
            monitor.check();
            // What was decided is stored once this is done.
            await(store.ping());
        }
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(1, TimeUnit.MINUTES);
    }

    @Override
    public void close() {
        monitor.close();
        cleanup.close();
        store.close();
    }
}
