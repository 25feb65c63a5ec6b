package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;

/** What is counted of requests, under the names that Spark's {@code ExternalBlockHandler.ShuffleMetrics} gives. */
public final class DispatchMetrics {
    private static final String PREFIX = "shuffleService.";

    /** How long opening a stream takes. */
    final Timer openBlockRequestLatency;
    /** How long registering an executor takes, from the request to the acknowledgement. */
    final Timer registerExecutorRequestLatency;
    /** How long refusing a question about merged blocks takes; push-based shuffle is not offered. */
    final Timer fetchMergedBlocksMetaLatency;
    /** Requests that were answered with a failure because of what they said. */
    final Counter refusedRequests;

    DispatchMetrics(MetricRegistry metrics) {
        openBlockRequestLatency = metrics.timer(PREFIX + "openBlockRequestLatencyMillis");
        registerExecutorRequestLatency = metrics.timer(PREFIX + "registerExecutorRequestLatencyMillis");
        fetchMergedBlocksMetaLatency = metrics.timer(PREFIX + "fetchMergedBlocksMetaLatencyMillis");
        metrics.timer(PREFIX + "finalizeShuffleMergeLatencyMillis");
        refusedRequests = metrics.counter(PREFIX + "refusedRequests");
    }
}
