package dev.mesosshuffle.dispatch;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.CorruptionDiagnosis;
import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.fetch.BlockFailures;
import dev.mesosshuffle.fetch.BlockReader;
import dev.mesosshuffle.fetch.ChunkLimiter;
import dev.mesosshuffle.fetch.ChunkResolver;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.fetch.ConnectionStreams;
import dev.mesosshuffle.fetch.FetchMetrics;
import dev.mesosshuffle.fetch.FetchQueue;
import dev.mesosshuffle.fetch.LoadShedder;
import dev.mesosshuffle.fetch.ReadTracker;
import dev.mesosshuffle.fetch.StreamRequestQueue;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** Gives each new connection its {@link Session}. For any thread. */
public final class Dispatcher {
    private final Serving serving;
    private final Registry registry;
    private final LivenessMonitor liveness;
    private final RpcHandler rpcHandler;
    private final BlockReader.Surroundings reading;
    private final ChunkLimiter admission;
    private final RateLimitedLogger quietLog;

    /**
     * What serves blocks.
     *
     * @param resolver finds and opens blocks
     * @param pools the threads of each disk
     * @param reads counts what is in flight
     * @param diagnosisThreads reads whole blocks to check them; bounded, and rejects what is too much
     * @param maxChunksInFlight over how many chunks in flight a connection that asks for more is closed; may change
     */
    public record Serving(
            BlockResolver resolver,
            DiskExecutors pools,
            ReadTracker reads,
            Executor diagnosisThreads,
            LongSupplier maxChunksInFlight) {}

    /**
     * What keeps local dirs safe.
     *
     * @param policy says which local dirs are accepted, and on which disk one claims to lie
     * @param remover removes single blocks
     * @param watch knows which root is not what it was
     */
    public record Guarding(LocalDirPolicy policy, BlockFileRemover remover, RootMonitor watch) {}

    /**
     * Creates a dispatcher.
     *
     * @param registry which applications and executors exist
     * @param liveness is told of every sign of life
     * @param quietLog warns of what clients can cause at any rate
     * @param metricRegistry gets the metrics of Spark's {@code ExternalBlockHandler}
     */
    public Dispatcher(
            Serving serving,
            Guarding guarding,
            Registry registry,
            LivenessMonitor liveness,
            RateLimitedLogger quietLog,
            MetricRegistry metricRegistry) {
        DispatchMetrics metrics = new DispatchMetrics(metricRegistry);
        FetchMetrics fetchMetrics = new FetchMetrics(metricRegistry);
        this.serving = serving;
        this.registry = registry;
        this.liveness = liveness;
        LoadShedder overload = new LoadShedder(fetchMetrics, quietLog);
        this.admission = new ChunkLimiter(serving.reads(), serving.maxChunksInFlight(), overload);
        this.quietLog = quietLog;
        this.reading = new BlockReader.Surroundings(
                registry,
                serving.resolver(),
                serving.pools(),
                serving.reads(),
                fetchMetrics,
                overload,
                guarding.watch(),
                new BlockFailures(quietLog));
        this.rpcHandler = new RpcHandler(
                registry,
                liveness,
                new RegisterExecutorHandler(guarding, registry, liveness, serving.pools(), metrics, quietLog),
                new RemoveBlocksHandler(guarding.remover(), serving.pools(), quietLog),
                new DiagnoseCorruptionHandler(
                        new CorruptionDiagnosis(serving.resolver()), serving.diagnosisThreads(), quietLog),
                metrics,
                quietLog);
    }

    /** Begins a connection's session; to be called once for each, on its event loop. */
    public Session newSession(Connection connection) {
        ConnectionStreams streams =
                new ConnectionStreams(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) * 1000L);
        ChunkResolver chunks = new ChunkResolver(streams, registry, serving.resolver());
        StreamRequestQueue streamRequests = new StreamRequestQueue(connection, chunks, serving.reads());
        FetchQueue fetches = new FetchQueue(connection, streamRequests, reading, quietLog);
        return new Session(connection, rpcHandler, streams, chunks, streamRequests, fetches, admission, liveness);
    }
}
