package dev.mesosshuffle;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.admin.AdminCommands;
import dev.mesosshuffle.admin.ApplicationOperations;
import dev.mesosshuffle.admin.ControlServer;
import dev.mesosshuffle.admin.ControlSocket;
import dev.mesosshuffle.admin.SocketPathException;
import dev.mesosshuffle.config.ReloadableLimits;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.LogMetrics;
import dev.mesosshuffle.memory.MemoryBudgets;
import dev.mesosshuffle.metrics.LatencyRegistry;
import dev.mesosshuffle.metrics.MetricsReporter;
import dev.mesosshuffle.metrics.PrometheusExposition;
import dev.mesosshuffle.process.HealthReport;
import dev.mesosshuffle.process.Lifecycle;
import dev.mesosshuffle.process.SystemdNotifier;
import dev.mesosshuffle.status.DiskUsage;
import dev.mesosshuffle.status.ServiceIdentity;
import dev.mesosshuffle.status.StatusSource;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.transport.KeptListener;
import dev.mesosshuffle.transport.ShuffleServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: the flows that it consists of, started in order and stopped in reverse. */
public final class ShuffleDaemon {
    private static final Logger logger = LoggerFactory.getLogger(ShuffleDaemon.class);

    /** How long {@code apps} may measure what applications hold on their disks. */
    private static final Duration DISK_USAGE_LIMIT = Duration.ofSeconds(3);

    private final Lifecycle lifecycle;
    private final StateStore store;
    private final ShuffleServer server;
    private final HealthSource health;

    private ShuffleDaemon(Lifecycle lifecycle, StateStore store, ShuffleServer server, HealthSource health) {
        this.lifecycle = lifecycle;
        this.store = store;
        this.server = server;
        this.health = health;
    }

    /** The last judgement of whoever watches the daemon, which begins after its start. For any thread. */
    static final class HealthSource implements Supplier<HealthReport> {
        private volatile Supplier<HealthReport> watcher = () -> HealthReport.UNWATCHED;

        @Override
        public HealthReport get() {
            return watcher.get();
        }
    }

    /** As {@link #start(ServiceConfig, ReloadableLimits)}, with limits that do not change. */
    public static ShuffleDaemon start(ServiceConfig config) throws IOException, StoreException {
        return start(config, new ReloadableLimits(config));
    }

    /**
     * Starts all parts. When this returns, connections are accepted.
     *
     * @param limits may change at any time; those of the configuration do not count
     * @throws IOException if the address cannot be bound, or a root cannot be inspected
     * @throws StoreException if the registry cannot be used
     */
    public static ShuffleDaemon start(ServiceConfig config, ReloadableLimits limits)
            throws IOException, StoreException {
        return start(config, limits, AboutDaemon.UNKNOWN, null);
    }

    /**
     * As {@link #start(ServiceConfig, ReloadableLimits)}, with what operators are told about it, and the listening socket of an
     * earlier process.
     */
    static ShuffleDaemon start(
            ServiceConfig config, ReloadableLimits limits, AboutDaemon about, @Nullable KeptListener kept)
            throws IOException, StoreException {
        Lifecycle lifecycle = new Lifecycle();
        try {
            // Histograms are recorded only where they are exposed.
            MetricRegistry metrics = config.admin().port() == 0 ? new MetricRegistry() : new LatencyRegistry();
            LogMetrics.register(metrics);
            MemoryBudgets memory = MemoryBudgets.of(
                    Runtime.getRuntime().maxMemory(),
                    ShuffleServer.maxDirectBytes(),
                    config.disks().maxRegistryBytes(),
                    metrics);
            EventRecorder events =
                    config.admin().port() == 0 ? EventRecorder.NONE : new RecentEvents(System::currentTimeMillis);
            return start(new DaemonContext(config, limits, metrics, memory, lifecycle, events), about, kept);
        } catch (OutOfMemoryError e) {
            // To stop the parts takes threads too; the process ends at once, as if it were killed.
            throw e;
        } catch (IOException | StoreException | RuntimeException | Error e) {
            lifecycle.stop();
            throw e;
        }
    }

    private static ShuffleDaemon start(DaemonContext context, AboutDaemon about, @Nullable KeptListener kept)
            throws IOException, StoreException {
        Instant startedAt = Instant.now();
        long startedNanos = System.nanoTime();
        context.register(MetricsReporter.start(context.metrics()));
        PersistentState state = PersistentState.open(context);
        ServeFlow serve = new ServeFlow(context, state.probers());
        ReclaimFlow reclaim = new ReclaimFlow(context, state, serve);

        AdminFlow admin = context.config().admin().port() == 0 ? null : AdminFlow.bind(context);
        ShuffleServer server = serve.listen(state, reclaim, kept);
        reclaim.startExpiry();
        DiskUsage diskUsage = new DiskUsage(serve.measuringDisks(), DISK_USAGE_LIMIT);
        Supplier<StatusFlow> status = () -> new StatusFlow(state, serve, reclaim, diskUsage);
        startControl(context, state, diskUsage, reclaim, status);
        HealthSource health = new HealthSource();
        if (admin != null) {
            StatusSource.History history = StatusFlow.history(context);
            admin.start(() -> new AdminFlow.Parts(
                    status.get()
                            .source(
                                    new ServiceIdentity(
                                            about.version(),
                                            startedAt,
                                            startedNanos,
                                            context.config().host(),
                                            server.localAddress().getPort()),
                                    about.settings(),
                                    history),
                    new ApplicationOperations(reclaim.liveness().applicationAdmin()),
                    health,
                    server::isListening,
                    new PrometheusExposition(context.metrics(), about.version())));
        }
        logger.info(
                "Listening on {}:{}",
                context.config().host(),
                server.localAddress().getPort());
        reclaim.startScans();
        return new ShuffleDaemon(context.lifecycle(), state.store(), server, health);
    }

    /** The service runs without it: nothing depends on it but an operator's comfort. */
    private static void startControl(
            DaemonContext context,
            PersistentState state,
            DiskUsage diskUsage,
            ReclaimFlow reclaim,
            Supplier<StatusFlow> status) {
        AdminCommands commands = new AdminCommands(
                reclaim.liveness().applicationAdmin(),
                state.registry(),
                diskUsage,
                () -> status.get().applications());
        try {
            Path socket = ControlSocket.path(state.stateDir(), context.config().port());
            ControlServer control = new ControlServer(socket, commands);
            control.start();
            context.register(control);
        } catch (SocketPathException e) {
            logger.warn("The commands apps, keep, release and remove are not available: {}", ErrorMessages.of(e));
        }
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress localAddress() {
        return server.localAddress();
    }

    /** Has systemd keep the listening socket for the next process. */
    void handOver(ListenerHandover handover, SystemdNotifier systemd) {
        handover.complete(systemd, server);
    }

    /** What must respond for the daemon to be healthy, by name: each event loop and the store. */
    Map<String, Supplier<CompletableFuture<Void>>> healthProbes() {
        Map<String, Supplier<CompletableFuture<Void>>> probes = new LinkedHashMap<>();
        server.loops().forEach((name, loop) -> probes.put(name, () -> CompletableFuture.runAsync(() -> {}, loop)));
        probes.put("the registry's store", store::ping);
        return probes;
    }

    /** From now on the admin server tells this judgement about the daemon. */
    void watchedBy(Supplier<HealthReport> watcher) {
        health.watcher = watcher;
    }

    /** Registers a part that is stopped before all others. */
    void register(AutoCloseable part) {
        lifecycle.register(part);
    }

    /** Accepts nothing more, lets what is in flight finish, and stops all parts. */
    public void stop() {
        logger.info("Stopping");
        lifecycle.stop();
    }
}
