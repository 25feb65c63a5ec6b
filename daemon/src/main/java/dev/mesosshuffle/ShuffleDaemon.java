package dev.mesosshuffle;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.activity.DiskHangsException;
import dev.mesosshuffle.activity.FileTimes;
import dev.mesosshuffle.admin.AdminCommands;
import dev.mesosshuffle.admin.ControlServer;
import dev.mesosshuffle.admin.ControlSocket;
import dev.mesosshuffle.admin.DiskUsage;
import dev.mesosshuffle.admin.SocketPathException;
import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.DataFileCache;
import dev.mesosshuffle.blocks.IndexCache;
import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.dispatch.Dispatcher;
import dev.mesosshuffle.fetch.ReadTracker;
import dev.mesosshuffle.liveness.LivenessConfig;
import dev.mesosshuffle.liveness.LivenessContext;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.liveness.MesosMaster;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.markers.RootMarkers;
import dev.mesosshuffle.mesos.MasterClient;
import dev.mesosshuffle.mesos.MasterClientConfig;
import dev.mesosshuffle.metrics.MetricsReporter;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.process.FileDescriptorLimit;
import dev.mesosshuffle.process.Lifecycle;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.DiskPressure;
import dev.mesosshuffle.roots.RootMonitor;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StorePlaces;
import dev.mesosshuffle.transport.ServerConfig;
import dev.mesosshuffle.transport.ShuffleServer;
import dev.mesosshuffle.transport.TcpMemoryMonitor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: its parts, wired, started in order, and stopped in reverse. */
public final class ShuffleDaemon {
    private static final Logger logger = LoggerFactory.getLogger(ShuffleDaemon.class);

    /** How long requests that were taken may go on once the daemon is asked to stop. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    /** How many reads may wait for one disk: one batch for each lane of each connection is far less. */
    private static final int DISK_QUEUE = 16_384;

    /** How many data files that nobody reads are kept open for the next who does. */
    private static final int MAX_OPEN_FILES = 1024;

    /** Reading the registries of a host takes a second, unless one of them lies on a disk that hangs. */
    private static final Duration HANG_LIMIT = Duration.ofSeconds(30);

    /** How long {@code apps} may look for what applications hold on their disks. */
    private static final Duration DISK_USAGE_LIMIT = Duration.ofSeconds(3);

    /** How long a start waits for what the markers in the roots say of a registry that lies elsewhere. */
    private static final Duration MARKERS_LIMIT = Duration.ofSeconds(2);

    /** How many checksums may wait to be looked into. */
    private static final int DIAGNOSIS_QUEUE = 100;

    private final Lifecycle lifecycle;
    private final StateStore store;
    private final ShuffleServer server;

    private ShuffleDaemon(Lifecycle lifecycle, StateStore store, ShuffleServer server) {
        this.lifecycle = lifecycle;
        this.store = store;
        this.server = server;
    }

    /** Starts all parts, with limits that stay as they are. */
    public static ShuffleDaemon start(ServiceConfig config) throws IOException, StoreException {
        return start(config, new ReloadableLimits(config));
    }

    /**
     * Starts all parts. When this returns, connections are accepted.
     *
     * @param limits may change at any time; those of the configuration do not count
     * @throws IOException if the address cannot be bound, or a root cannot be looked at
     * @throws StoreException if the registry's store cannot be used
     */
    public static ShuffleDaemon start(ServiceConfig config, ReloadableLimits limits)
            throws IOException, StoreException {
        Lifecycle lifecycle = new Lifecycle();
        try {
            return start(config, limits, lifecycle);
        } catch (OutOfMemoryError e) {
            // To stop the parts takes threads too; the process ends at once, as if it were killed.
            throw e;
        } catch (IOException | StoreException | RuntimeException | Error e) {
            lifecycle.stop();
            throw e;
        }
    }

    private static ShuffleDaemon start(ServiceConfig config, ReloadableLimits limits, Lifecycle lifecycle)
            throws IOException, StoreException {
        MetricRegistry metrics = new MetricRegistry();
        lifecycle.started(MetricsReporter.start(metrics));
        RateLimitedLogger quietLog = new RateLimitedLogger(System::nanoTime);

        RootProbers roots = lifecycle.started(RootProbers.start(config.localRoots(), metrics));
        LocalDirPolicy policy = LocalDirPolicy.of(config.localRoots(), roots, metrics);
        List<Path> stateDirs = config.stateDirs().dirs();
        StorePlaces.Opened opened = new StorePlaces(stateDirs, config.port(), config.localRoots(), Clock.systemUTC())
                .open(
                        dir -> PeerRegistries.of(dir, config.port(), stateDirs).others(),
                        metrics,
                        RootMarkers.stateDirs(roots, config.port(), MARKERS_LIMIT));
        StateStore store = opened.store();
        // Closed after the store, which may be written again even then.
        RootMarkers markers = lifecycle.started(
                RootMarkers.start(policy, store, opened.stateDir(), config.port(), config.orphanTimeout()));
        lifecycle.started(store);
        PeerRegistries registries = PeerRegistries.of(
                opened.stateDir(),
                config.port(),
                stateDirs,
                opened.others(),
                limiter(lifecycle, "registries", "the look into the registries of all services"),
                markers);
        Registry registry = Registry.restore(store, roots, metrics);

        roots.beforeEachRound(TcpMemoryMonitor.ofHost(metrics));
        ReadTracker reads = new ReadTracker();
        DiskExecutors pools = lifecycle.started(new DiskExecutors(config.diskThreads(), DISK_QUEUE, metrics));
        IndexCache indexes = new IndexCache(config.indexCacheBytes(), System::currentTimeMillis, metrics);
        DataFileCache dataFiles = lifecycle.started(
                new DataFileCache(FileDescriptorLimit.share(MAX_OPEN_FILES), pools, System::nanoTime, metrics));
        OrphanPolicy orphanRules = OrphanPolicy.of(
                policy,
                registries,
                registry::isClaimed,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                config.orphanTimeout(),
                limiter(lifecycle, "open-files", "the look at what the host's processes have open"));
        Reclaimer reclaimer = lifecycle.started(Reclaimer.start(
                store, policy, orphanRules, reads::isRead, System::nanoTime, limits::deletionRate, metrics));
        resume(config.cleanup(), reclaimer, store.loadRemovals());
        RootMonitor rootWatch = RootMonitor.start(registry::rootInodes, reclaimer, roots);
        DiskExecutor offFetchPath = diskThreads(roots, pools);
        LivenessMonitor liveness = new LivenessMonitor(
                registry,
                reclaimer,
                new LivenessConfig(config.orphanTimeout(), config.master().timeout(), config.cleanup()),
                new LivenessContext(
                        System::nanoTime,
                        System::currentTimeMillis,
                        new Random(),
                        offFetchPath,
                        FileTimes.ON_DISK,
                        new LivenessStoreAdapter(store),
                        master(config.master(), lifecycle)),
                dirs -> {
                    indexes.drop(dirs);
                    dataFiles.drop(dirs);
                },
                metrics);
        restore(liveness, registry, store);

        ThreadPoolExecutor diagnosis = diagnosisThread();
        lifecycle.started(diagnosis::shutdown);
        Dispatcher dispatcher = new Dispatcher(
                new Dispatcher.Serving(
                        new BlockResolver(indexes, dataFiles),
                        pools,
                        reads,
                        diagnosis,
                        limits::maxChunksBeingTransferred),
                new Dispatcher.Guarding(policy, new BlockFileRemover(), rootWatch),
                registry,
                liveness,
                quietLog,
                metrics);

        ShuffleServer server = ShuffleServer.start(serverSettings(config), dispatcher, quietLog, metrics);
        lifecycle.started(() -> stop(server));
        // Stopped before the server, whose stop closes every driver's connection: that is not to be judged.
        lifecycle.started(liveness);
        startControl(
                opened.stateDir(),
                config.port(),
                lifecycle,
                new AdminCommands(
                        liveness.applicationAdmin(), registry, new DiskUsage(offFetchPath, DISK_USAGE_LIMIT)));
        liveness.start(config.cleanerInterval());
        InetSocketAddress address = server.localAddress();
        OrphanMode orphans = config.orphans();
        if (orphans == OrphanMode.DELETE && (!config.cleanup() || opened.isStandIn())) {
            orphans = OrphanMode.REPORT;
        }
        logger.info("Listening on {}:{}", config.host(), address.getPort());
        OrphanScanner search = lifecycle.started(
                OrphanScanner.start(orphans, policy, orphanRules, reclaimer, limits::deletionRate, metrics));
        lifecycle.started(DiskPressure.start(
                config.minFreePercent(),
                roots,
                reclaimer,
                search,
                () -> localDirs(registry),
                liveness.applicationAdmin()::kept,
                metrics));
        return new ShuffleDaemon(lifecycle, store, server);
    }

    private static TimeLimiter limiter(Lifecycle lifecycle, String threadName, String what) {
        return lifecycle.started(TimeLimiter.onThread(threadName, what, HANG_LIMIT));
    }

    /** A look at a disk that hangs is not begun: it would only wait behind the others. */
    private static DiskExecutor diskThreads(RootProbers roots, DiskExecutors pools) {
        return (root, task) -> {
            if (roots.isUnresponsive(root)) {
                throw new DiskHangsException(root.toString());
            }
            pools.execute(root, task);
        };
    }

    private static void resume(boolean cleanup, Reclaimer reclaimer, List<StoredRemoval> removals) {
        if (cleanup) {
            reclaimer.reclaim(removals);
        } else if (!removals.isEmpty()) {
            logger.info(
                    "{} dirs that were to be deleted before the last stop stay until a start with"
                            + " spark.mesos.shuffle.service.cleanup on",
                    removals.size());
        }
    }

    private static Map<String, List<LocalDir>> localDirs(Registry registry) {
        Map<String, List<LocalDir>> dirs = new HashMap<>();
        registry.applications().forEach(app -> dirs.put(app, registry.localDirs(app)));
        return dirs;
    }

    /** The service goes on without it: nothing depends on it but an operator's comfort. */
    private static void startControl(Path stateDir, int port, Lifecycle lifecycle, AdminCommands commands) {
        try {
            ControlServer control = new ControlServer(ControlSocket.path(stateDir, port), commands::execute);
            control.start();
            lifecycle.started(control);
        } catch (SocketPathException e) {
            logger.warn("The commands apps, keep, release and remove are not available: {}", ErrorMessages.of(e));
        }
    }

    private static @Nullable MesosMaster master(ServiceConfig.Master config, Lifecycle lifecycle) throws IOException {
        if (config.urls().isEmpty()) {
            return null;
        }
        return lifecycle.started(new MasterClient(new MasterClientConfig(
                config.urls(), config.principal(), config.secretFile(), config.tokenFile(), config.caFile())));
    }

    private static void restore(LivenessMonitor liveness, Registry registry, StateStore store) throws StoreException {
        Map<String, Duration> quietTimes = store.loadQuietTimes();
        Map<String, Duration> restored = new HashMap<>();
        registry.applications().forEach(app -> restored.put(app, quietTimes.getOrDefault(app, Duration.ZERO)));
        liveness.restored(restored, store.loadKept(), store.loadDriverAddresses());
    }

    private static ThreadPoolExecutor diagnosisThread() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 60, TimeUnit.SECONDS, new ArrayBlockingQueue<>(DIAGNOSIS_QUEUE), task -> {
                    Thread thread = new Thread(task, "corruption-diagnosis");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static ServerConfig serverSettings(ServiceConfig config) {
        ServiceConfig.Transport transport = config.transport();
        return new ServerConfig(
                config.host(),
                config.port(),
                ServerConfig.IoMode.valueOf(transport.mode().name()),
                transport.serverThreads(),
                transport.backLog(),
                transport.receiveBuffer(),
                transport.sendBuffer(),
                transport.tcpKeepAlive(),
                transport.connectionTimeout(),
                transport.maxFrameBytes());
    }

    private static void stop(ShuffleServer server) {
        if (!server.stop(DRAIN)) {
            logger.warn("Stopped with requests unanswered after {} s; their clients try again", DRAIN.toSeconds());
        }
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress localAddress() {
        return server.localAddress();
    }

    /** What must answer for the daemon to be well, by name: each event loop and the store. */
    Map<String, Supplier<CompletableFuture<Void>>> vitalParts() {
        Map<String, Supplier<CompletableFuture<Void>>> parts = new LinkedHashMap<>();
        server.loops().forEach((name, loop) -> parts.put(name, () -> CompletableFuture.runAsync(() -> {}, loop)));
        parts.put("the registry's store", store::ping);
        return parts;
    }

    /** Adds a part that is stopped before all others. */
    void started(AutoCloseable part) {
        lifecycle.started(part);
    }

    /** Accepts nothing more, lets what is in flight finish, and stops all parts. */
    public void stop() {
        logger.info("Stopping");
        lifecycle.stop();
    }
}
