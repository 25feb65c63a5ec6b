package dev.mesosshuffle.metrics;

import static dev.mesosshuffle.metrics.MetricDefinition.counter;
import static dev.mesosshuffle.metrics.MetricDefinition.gauge;
import static dev.mesosshuffle.metrics.MetricDefinition.inJmxAlone;
import static dev.mesosshuffle.metrics.MetricDefinition.inPrometheusAlone;
import static dev.mesosshuffle.metrics.MetricDefinition.meter;
import static dev.mesosshuffle.metrics.MetricDefinition.timer;

import java.util.List;

/** Metrics of requests and blocks. */
final class ServingDefinitions {
    /** The histogram of {@link LatencyRegistry#fetches}. */
    static final PrometheusSeries FETCHES = PrometheusSeries.parse("fetch_duration_seconds", false);

    private static final String FOR_DASHBOARDS = "Present for dashboards; push-based shuffle exists only on YARN.";

    static final List<MetricDefinition> ALL = List.of(
            timer("openBlockRequestLatencyMillis", "open_duration_seconds", "Time to open a stream of blocks."),
            timer(
                    "registerExecutorRequestLatencyMillis",
                    "registration_duration_seconds",
                    "Time to register an executor, including its write to disk."),
            inPrometheusAlone(
                    FETCHES,
                    MetricUnit.SECONDS,
                    "Time from the request of a batch of up to 64 chunks until the last of them was sent, waits for the client included."),
            inJmxAlone("fetchMergedBlocksMetaLatencyMillis", JmxType.TIMERS, MetricUnit.MILLISECONDS, FOR_DASHBOARDS),
            inJmxAlone("finalizeShuffleMergeLatencyMillis", JmxType.TIMERS, MetricUnit.MILLISECONDS, FOR_DASHBOARDS),
            meter("blockTransferRate", "blocks_sent_total", "Blocks sent."),
            meter("blockTransferMessageRate", "chunks_sent_total", "Chunks sent; a batch is one chunk."),
            meter("blockTransferRateBytes", "sent_bytes_total", "Bytes sent."),
            inJmxAlone(
                    "blockTransferAvgSize_1min",
                    JmxType.GAUGES,
                    MetricUnit.BYTES,
                    "Average bytes per chunk over the last minute."),
            gauge("registeredExecutorsSize", MetricUnit.COUNT, "executors", "Registered executors."),
            counter("failedBlocks", "failed_blocks_total", "Blocks that could not be read.")
                    .withAdvice("The log names each."),
            counter(
                    "rejectedRequests",
                    "rejected_requests_total",
                    "Requests answered with a failure because of their content."),
            counter(
                            "failedRegistrations",
                            "failed_registrations_total",
                            "Registrations of executors that were answered with a failure, for any reason.")
                    .withAdvice("The log has the reasons."),
            counter(
                    "rejectedRegistrations",
                    "rejected_registrations_total",
                    "Registrations that the registry rejected, usually because a directory belongs to another application."),
            counter("indexCache.hits", "cache_hits_total{cache=index}", "Index files found in memory."),
            counter("indexCache.misses", "cache_misses_total{cache=index}", "Index files read from disk."),
            counter("fileCache.hits", "cache_hits_total{cache=file}", "Data files found open."),
            counter("fileCache.misses", "cache_misses_total{cache=file}", "Data files opened."),
            gauge("fileCache.size", MetricUnit.COUNT, "open_data_files", "Data files kept open."));

    private ServingDefinitions() {}
}
