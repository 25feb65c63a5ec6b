package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;

/** Metrics of requests, under the names of Spark's {@code ExternalBlockHandler.ShuffleMetrics}. For any thread. */
final class DispatchMetrics {
    private static final String PREFIX = "shuffleService.";

    /** The time to open a stream. */
    final Timer openBlockRequestLatency;
    /** The time to register an executor, from the request to the reply. */
    final Timer registerExecutorRequestLatency;
    /** The time to reject a request about merged blocks; push-based shuffle is not available. */
    final Timer fetchMergedBlocksMetaLatency;
    /** Requests that failed because of their content. */
    final Counter rejectedRequests;
    /** Registrations of executors that were answered with a failure. */
    final Counter failedRegistrations;
    /** Requests of authenticated clients about applications of others. */
    final Counter unauthorizedRequests;
    /** Heartbeats of authenticated clients for applications of others, which were dropped. */
    final Counter foreignHeartbeats;

    DispatchMetrics(MetricRegistry metrics) {
        openBlockRequestLatency = metrics.timer(PREFIX + "openBlockRequestLatencyMillis");
        registerExecutorRequestLatency = metrics.timer(PREFIX + "registerExecutorRequestLatencyMillis");
        fetchMergedBlocksMetaLatency = metrics.timer(PREFIX + "fetchMergedBlocksMetaLatencyMillis");
        metrics.timer(PREFIX + "finalizeShuffleMergeLatencyMillis");
        rejectedRequests = metrics.counter(PREFIX + "rejectedRequests");
        failedRegistrations = metrics.counter(PREFIX + "failedRegistrations");
        unauthorizedRequests = metrics.counter(PREFIX + "authentication.unauthorizedRequests");
        foreignHeartbeats = metrics.counter(PREFIX + "authentication.foreignHeartbeats");
    }
}
