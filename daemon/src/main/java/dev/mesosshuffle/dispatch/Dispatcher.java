package dev.mesosshuffle.dispatch;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.ClientDiskExecutor;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.fetch.ChunkFetcherFactory;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.fetch.FetchServices;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.registry.Registry;

/** Creates the {@link Session} of each connection. For any thread. */
public final class Dispatcher {
    private final RpcHandler rpcHandler;
    private final ChunkFetcherFactory chunkFetchers;
    private final LivenessMonitor liveness;

    /**
     * Creates a dispatcher.
     *
     * @param fetchServices serve blocks
     * @param localDirServices protect local dirs
     * @param diagnosisExecutor reads whole blocks to check them, on their disks; bounded, and rejects what exceeds its queue
     * @param registry which applications and executors exist
     * @param liveness gets the heartbeats and the activity of applications
     * @param rateLimitedLogger logs what clients can cause at any rate
     * @param metricRegistry gets the metrics of Spark's {@code ExternalBlockHandler}
     * @param events keeps registrations and refusals
     */
    public Dispatcher(
            FetchServices fetchServices,
            LocalDirServices localDirServices,
            ClientDiskExecutor diagnosisExecutor,
            Registry registry,
            LivenessMonitor liveness,
            RateLimitedLogger rateLimitedLogger,
            MetricRegistry metricRegistry,
            EventRecorder events) {
        DispatchMetrics metrics = new DispatchMetrics(metricRegistry);
        this.liveness = liveness;
        this.chunkFetchers = new ChunkFetcherFactory(
                fetchServices, registry, localDirServices.rootMonitor(), rateLimitedLogger, metricRegistry);
        this.rpcHandler = new RpcHandler(
                registry,
                liveness,
                new RegisterExecutorHandler(
                        localDirServices,
                        registry,
                        liveness,
                        fetchServices.diskExecutors(),
                        metrics,
                        rateLimitedLogger,
                        events),
                new RemoveBlocksHandler(
                        localDirServices.blockFileRemover(), fetchServices.diskExecutors(), rateLimitedLogger),
                new DiagnoseCorruptionHandler(
                        fetchServices.blockResolver(), diagnosisExecutor, System::nanoTime, rateLimitedLogger),
                metrics,
                rateLimitedLogger,
                events);
    }

    /**
     * Returns the session of a new connection, for that connection's event loop.
     *
     * @param unanswered the connection's budget for the messages that are not answered yet
     */
    public Session newSession(Connection connection, ByteBudget unanswered) {
        return new Session(connection, rpcHandler, chunkFetchers.newFetcher(connection), liveness, unanswered);
    }
}
