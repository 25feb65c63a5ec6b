package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.PooledByteBufAllocator;

/** What is counted of connections, under the names that Spark's service gives. */
final class TransportMetrics {
    private static final String PREFIX = "shuffleService.";

    /** Connections that are open. */
    final Counter activeConnections;
    /** The same, under the name that Spark's {@code TransportContext} gives. */
    final Counter registeredConnections;
    /** Errors on connections, resets by the peer too. */
    final Counter caughtExceptions;
    /** Frames that were not what the protocol allows. */
    final Counter refusedFrames;
    /** Requests in frames that are longer than this service takes. */
    final Counter oversizedRequests;
    /** How often a new connection could not be accepted. */
    final Counter acceptFailures;
    /** Connections closed because they were idle. */
    final Counter idleConnectionsClosed;

    TransportMetrics(MetricRegistry metrics, PooledByteBufAllocator allocator) {
        activeConnections = metrics.counter(PREFIX + "numActiveConnections");
        registeredConnections = metrics.counter(PREFIX + "numRegisteredConnections");
        caughtExceptions = metrics.counter(PREFIX + "numCaughtExceptions");
        refusedFrames = metrics.counter(PREFIX + "refusedFrames");
        oversizedRequests = metrics.counter(PREFIX + "oversizedRequests");
        acceptFailures = metrics.counter(PREFIX + "acceptFailures");
        idleConnectionsClosed = metrics.counter(PREFIX + "idleConnectionsClosed");
        metrics.gauge(
                PREFIX + "shuffle-server.usedDirectMemory", () -> (Gauge<Long>) allocator.metric()::usedDirectMemory);
        metrics.gauge(PREFIX + "shuffle-server.usedHeapMemory", () -> (Gauge<Long>) allocator.metric()::usedHeapMemory);
    }
}
