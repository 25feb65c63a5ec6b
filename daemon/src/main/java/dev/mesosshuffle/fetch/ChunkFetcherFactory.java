package dev.mesosshuffle.fetch;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;
import java.util.concurrent.ThreadLocalRandom;

/** Creates the {@link ChunkFetcher} of each connection. For any thread. */
public final class ChunkFetcherFactory {
    private final FetchContext context;
    private final ChunkLimiter limiter;

    /**
     * Creates a factory; to be called once for each metric registry.
     *
     * @param services serve the blocks
     * @param registry which executors exist
     * @param rootMonitor knows which root is unavailable
     * @param rateLimitedLogger logs what clients can cause at any rate
     * @param metricRegistry gets the metrics of the blocks sent
     */
    public ChunkFetcherFactory(
            FetchServices services,
            Registry registry,
            RootMonitor rootMonitor,
            RateLimitedLogger rateLimitedLogger,
            MetricRegistry metricRegistry) {
        FetchMetrics metrics = new FetchMetrics(metricRegistry);
        LoadShedder loadShedder = new LoadShedder(metrics, rateLimitedLogger);
        this.context = new FetchContext(
                services,
                registry,
                rootMonitor,
                metrics,
                loadShedder,
                new BlockFailures(rateLimitedLogger),
                rateLimitedLogger);
        this.limiter = new ChunkLimiter(services.reads(), services.maxChunksInFlight(), loadShedder);
    }

    /** Returns the fetcher of a new connection, for that connection's event loop. */
    public ChunkFetcher newFetcher(Connection connection) {
        ConnectionStreams streams = new ConnectionStreams(
                ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) * 1000L,
                context.services().streams());
        ChunkResolver chunkResolver = new ChunkResolver(
                streams, context.registry(), context.services().blockResolver());
        StreamRequestQueue streamRequests = new StreamRequestQueue(
                connection, chunkResolver, context.services().reads());
        return new ChunkFetcher(
                connection,
                context.loadShedder(),
                limiter,
                streams,
                chunkResolver,
                streamRequests,
                new FetchQueue(connection, streamRequests, context));
    }
}
