package dev.mesosshuffle.fetch;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.RatioGauge;
import dev.mesosshuffle.metrics.LatencyBuckets;
import dev.mesosshuffle.metrics.LatencyRegistry;
import org.jspecify.annotations.Nullable;

/** Metrics of the blocks sent, under the names of Spark's {@code ExternalBlockHandler.ShuffleMetrics}. For any thread. */
final class FetchMetrics {
    private static final String PREFIX = "shuffleService.";

    /** Blocks that could not be read. */
    final Counter failedBlocks;
    /** Connections closed because of overload. */
    final Counter shedConnections;

    private final Meter blocks;
    private final Meter chunks;
    private final Meter bytes;

    /** Null where nobody sees them. */
    private final @Nullable LatencyBuckets fetches;

    FetchMetrics(MetricRegistry metrics) {
        failedBlocks = metrics.counter(PREFIX + "failedBlocks");
        shedConnections = metrics.counter(PREFIX + "shedConnections");
        blocks = metrics.meter(PREFIX + "blockTransferRate");
        chunks = metrics.meter(PREFIX + "blockTransferMessageRate");
        bytes = metrics.meter(PREFIX + "blockTransferRateBytes");
        fetches = LatencyRegistry.fetches(metrics);
        metrics.gauge(PREFIX + "blockTransferAvgSize_1min", () -> new RatioGauge() {
            @Override
            protected Ratio getRatio() {
                return Ratio.of(bytes.getOneMinuteRate(), chunks.getOneMinuteRate());
            }
        });
    }

    /** Counts a batch whose last byte has left. */
    void fetched(long nanos) {
        if (fetches != null) {
            fetches.record(nanos);
        }
    }

    /** Counts chunks that were queued on their connection. */
    void transferred(int blockCount, int chunkCount, long byteCount) {
        if (chunkCount > 0) {
            blocks.mark(blockCount);
            chunks.mark(chunkCount);
            bytes.mark(byteCount);
        }
    }
}
