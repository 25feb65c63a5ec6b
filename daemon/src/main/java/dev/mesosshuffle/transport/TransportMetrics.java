package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.PooledByteBufAllocator;

/** Metrics of connections, under the names of Spark's service. For any thread. */
final class TransportMetrics {
    private static final String PREFIX = "shuffleService.";

    /** Open connections. */
    final Counter activeConnections;
    /** Open connections, under the name of Spark's {@code TransportContext}. */
    final Counter registeredConnections;
    /** Errors on connections, including resets by the peer. */
    final Counter caughtExceptions;
    /** Connections closed because of a frame that the protocol does not allow. */
    final Counter malformedFrames;
    /** Requests in frames above the limit. */
    final Counter oversizedRequests;
    /** Very large frames that had to wait, because their address had sent too many. */
    final Counter delayedFrames;
    /** Failures to accept a connection. */
    final Counter acceptFailures;
    /** Connections closed because they were idle. */
    final Counter idleConnectionsClosed;
    /** Connections closed because a frame did not arrive completely. */
    final Counter frameTimeouts;
    /** Connections closed because their peers did not read. */
    final Counter writeTimeouts;
    /** Connections closed because there were too many. */
    final Counter connectionsShed;
    /** New connections closed because there were too many, and none to close instead. */
    final Counter connectionsRefused;
    /** Connections closed because what arrived could not be decrypted. */
    final Counter undecryptable;

    TransportMetrics(MetricRegistry metrics, PooledByteBufAllocator allocator) {
        activeConnections = metrics.counter(PREFIX + "numActiveConnections");
        registeredConnections = metrics.counter(PREFIX + "numRegisteredConnections");
        caughtExceptions = metrics.counter(PREFIX + "numCaughtExceptions");
        malformedFrames = metrics.counter(PREFIX + "malformedFrames");
        oversizedRequests = metrics.counter(PREFIX + "oversizedRequests");
        delayedFrames = metrics.counter(PREFIX + "delayedFrames");
        acceptFailures = metrics.counter(PREFIX + "acceptFailures");
        idleConnectionsClosed = metrics.counter(PREFIX + "idleConnectionsClosed");
        frameTimeouts = metrics.counter(PREFIX + "frameTimeouts");
        writeTimeouts = metrics.counter(PREFIX + "writeTimeouts");
        connectionsShed = metrics.counter(PREFIX + "connectionsShed");
        connectionsRefused = metrics.counter(PREFIX + "connectionsRefused");
        undecryptable = metrics.counter(PREFIX + "authentication.undecryptable");
        metrics.gauge(
                PREFIX + "shuffle-server.usedDirectMemory", () -> (Gauge<Long>) allocator.metric()::usedDirectMemory);
        metrics.gauge(PREFIX + "shuffle-server.usedHeapMemory", () -> (Gauge<Long>) allocator.metric()::usedHeapMemory);
    }
}
