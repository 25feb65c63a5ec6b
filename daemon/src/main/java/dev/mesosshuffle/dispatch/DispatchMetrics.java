package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.RatioGauge;
import com.codahale.metrics.Timer;

/** What is counted of requests, under the names that Spark's {@code ExternalBlockHandler.ShuffleMetrics} gives. */
final class DispatchMetrics {
    private static final String PREFIX = "shuffleService.";

    /** How long opening a stream takes. */
    final Timer openBlockRequestLatency;
    /** How long registering an executor takes, from the request to the acknowledgement. */
    final Timer registerExecutorRequestLatency;
    /** How long refusing a question about merged blocks takes; push-based shuffle is not offered. */
    final Timer fetchMergedBlocksMetaLatency;
    /** Requests that were answered with a failure because of what they said. */
    final Counter refusedRequests;
    /** Blocks that could not be read. */
    final Counter failedBlocks;
    /** Connections closed because more was asked than could be done. */
    final Counter overloads;

    private final Meter blocks;
    private final Meter chunks;
    private final Meter bytes;

    DispatchMetrics(MetricRegistry metrics) {
        openBlockRequestLatency = metrics.timer(PREFIX + "openBlockRequestLatencyMillis");
        registerExecutorRequestLatency = metrics.timer(PREFIX + "registerExecutorRequestLatencyMillis");
        fetchMergedBlocksMetaLatency = metrics.timer(PREFIX + "fetchMergedBlocksMetaLatencyMillis");
        metrics.timer(PREFIX + "finalizeShuffleMergeLatencyMillis");
        refusedRequests = metrics.counter(PREFIX + "refusedRequests");
        failedBlocks = metrics.counter(PREFIX + "failedBlocks");
        overloads = metrics.counter(PREFIX + "overloads");
        blocks = metrics.meter(PREFIX + "blockTransferRate");
        chunks = metrics.meter(PREFIX + "blockTransferMessageRate");
        bytes = metrics.meter(PREFIX + "blockTransferRateBytes");
        metrics.gauge(PREFIX + "blockTransferAvgSize_1min", () -> new RatioGauge() {
            @Override
            protected Ratio getRatio() {
                return Ratio.of(bytes.getOneMinuteRate(), chunks.getOneMinuteRate());
            }
        });
    }

    /** Chunks were handed to their connection. */
    void transferred(int blockCount, int chunkCount, long byteCount) {
        if (chunkCount > 0) {
            blocks.mark(blockCount);
            chunks.mark(chunkCount);
            bytes.mark(byteCount);
        }
    }
}
