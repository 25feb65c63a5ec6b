package dev.mesosshuffle;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.admin.AdminCommands;
import dev.mesosshuffle.admin.ControlServer;
import dev.mesosshuffle.admin.ControlSocket;
import dev.mesosshuffle.admin.DiskUsage;
import dev.mesosshuffle.admin.SocketPathException;
import dev.mesosshuffle.config.ReloadableLimits;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.LogMetrics;
import dev.mesosshuffle.memory.MemoryBudgets;
import dev.mesosshuffle.metrics.MetricsReporter;
import dev.mesosshuffle.process.Lifecycle;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.transport.ShuffleServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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

    private ShuffleDaemon(Lifecycle lifecycle, StateStore store, ShuffleServer server) {
        this.lifecycle = lifecycle;
        this.store = store;
        this.server = server;
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
        Lifecycle lifecycle = new Lifecycle();
        try {
            MetricRegistry metrics = new MetricRegistry();
            LogMetrics.register(metrics);
            MemoryBudgets memory = MemoryBudgets.of(
                    Runtime.getRuntime().maxMemory(),
                    ShuffleServer.maxDirectBytes(),
                    config.disks().maxRegistryBytes(),
                    metrics);
            return start(new DaemonContext(config, limits, metrics, memory, lifecycle, EventRecorder.NONE));
        } catch (OutOfMemoryError e) {
            // To stop the parts takes threads too; the process ends at once, as if it were killed.
            throw e;
        } catch (IOException | StoreException | RuntimeException | Error e) {
            lifecycle.stop();
            throw e;
        }
    }

    private static ShuffleDaemon start(DaemonContext context) throws IOException, StoreException {
        context.register(MetricsReporter.start(context.metrics()));
        PersistentState state = PersistentState.open(context);
        ServeFlow serve = new ServeFlow(context, state.probers());
        ReclaimFlow reclaim = new ReclaimFlow(context, state, serve);

        ShuffleServer server = serve.listen(state, reclaim);
        reclaim.startExpiry();
        startControl(context, state, serve, reclaim);
        logger.info(
                "Listening on {}:{}",
                context.config().host(),
                server.localAddress().getPort());
        reclaim.startScans();
        return new ShuffleDaemon(context.lifecycle(), state.store(), server);
    }

    /** The service runs without it: nothing depends on it but an operator's comfort. */
    private static void startControl(
            DaemonContext context, PersistentState state, ServeFlow serve, ReclaimFlow reclaim) {
        AdminCommands commands = new AdminCommands(
                reclaim.liveness().applicationAdmin(),
                state.registry(),
                new DiskUsage(serve.backgroundDisks(), DISK_USAGE_LIMIT));
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

    /** What must respond for the daemon to be healthy, by name: each event loop and the store. */
    Map<String, Supplier<CompletableFuture<Void>>> healthProbes() {
        Map<String, Supplier<CompletableFuture<Void>>> probes = new LinkedHashMap<>();
        server.loops().forEach((name, loop) -> probes.put(name, () -> CompletableFuture.runAsync(() -> {}, loop)));
        probes.put("the registry's store", store::ping);
        return probes;
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
