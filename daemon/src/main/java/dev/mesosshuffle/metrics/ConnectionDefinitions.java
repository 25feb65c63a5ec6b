package dev.mesosshuffle.metrics;

import static dev.mesosshuffle.metrics.MetricDefinition.counter;
import static dev.mesosshuffle.metrics.MetricDefinition.gauge;
import static dev.mesosshuffle.metrics.MetricDefinition.inJmxAlone;

import java.util.List;
import java.util.stream.Stream;

/** Metrics of connections, of the memory of what they send, and of the log. */
final class ConnectionDefinitions {
    private static final List<MetricDefinition> CONNECTIONS = List.of(
            counter("numActiveConnections", "connections", "Open connections."),
            inJmxAlone("numRegisteredConnections", JmxType.COUNTERS, MetricUnit.COUNT, "Open connections."),
            counter("numCaughtExceptions", "connection_errors_total", "Errors on connections, including resets."),
            counter(
                            "acceptFailures",
                            "accept_failures_total",
                            "Connections that could not be accepted, usually for lack of descriptors (`LimitNOFILE`);"
                                    + " accepting is retried each second.")
                    .withAdvice("If it rises, raise that limit."),
            counter(
                            "shedConnections",
                            "connections_closed_total{reason=overload}",
                            "Connections closed because of overload.")
                    .withAdvice("If it rises, raise limits, or spread load."),
            counter(
                    "connectionsShed",
                    "connections_closed_total{reason=tooMany}",
                    "Unused connections closed because there were too many."),
            counter(
                    "connectionsRefused",
                    "connections_closed_total{reason=refused}",
                    "New connections closed because there were too many, and none to close instead."),
            counter("idleConnectionsClosed", "connections_closed_total{reason=idle}", "Connections closed as idle."),
            counter(
                    "malformedFrames",
                    "connections_closed_total{reason=malformedFrame}",
                    "Connections closed because they did not use Spark's protocol."),
            counter(
                    "frameTimeouts",
                    "connections_closed_total{reason=frameTimeout}",
                    "Connections closed because a message did not arrive completely within"
                            + " `spark.mesos.shuffle.service.frameTimeout`."),
            counter(
                    "writeTimeouts",
                    "connections_closed_total{reason=writeTimeout}",
                    "Connections closed because their clients read nothing for"
                            + " `spark.mesos.shuffle.service.writeTimeout`."),
            counter(
                    "unreadBlocksClosedConnections",
                    "connections_closed_total{reason=unreadBlocks}",
                    "Connections closed because a block of a removed application was on its way for two minutes after"
                            + " the removal."),
            counter(
                    "oversizedRequests",
                    "oversized_requests_total",
                    "Requests longer than `spark.mesos.shuffle.service.maxFrameSize`."),
            counter(
                            "delayedFrames",
                            "delayed_frames_total",
                            "Messages of 1 MiB or more that were read later, by up to 20 s, because their host had sent"
                                    + " too many.")
                    .withAdvice("If it rises, find out which client sends such long requests."),
            gauge(
                            "eventLoops.longestTurnMicros",
                            MetricUnit.MICROSECONDS,
                            "event_loop_longest_turn_seconds",
                            "Longest time, since the last reading by anybody, in which an event loop was busy with one"
                                    + " turn and so kept other connections waiting. Sampled ten times a second. Pauses"
                                    + " of the process count.")
                    .withAdvice("Above 5 ms again and again, find out which requests are so long."));

    private static final List<MetricDefinition> MEMORY = Stream.of(
                    budget("inbound", "Bytes of requests that have not arrived completely, outside the heap."),
                    budget("decoded", "Bytes of decoded requests that are not answered yet."),
                    budget("streams", "Bytes of the block ids of open streams."),
                    budget(
                            "registry",
                            "Bytes of applications, drivers, executors and their local directories, and of removals"
                                    + " that are not complete."),
                    budget("answers", "Bytes of answers other than blocks that are not sent yet, outside the heap."),
                    Stream.of(
                            gauge(
                                    "shuffle-server.usedDirectMemory",
                                    MetricUnit.BYTES,
                                    "network_buffer_bytes{area=direct}",
                                    "Direct memory of the network buffers."),
                            gauge(
                                    "shuffle-server.usedHeapMemory",
                                    MetricUnit.BYTES,
                                    "network_buffer_bytes{area=heap}",
                                    "Heap memory of the network buffers."),
                            gauge(
                                            "tcpMemory.usedPercent",
                                            MetricUnit.PERCENT,
                                            "host_tcp_memory_used_ratio",
                                            "Share of the kernel's memory for all TCP connections of the host that is"
                                                    + " in use; unknown if not visible.")
                                    .withAdvice("Above nine tenths, peers do not read.")))
            .flatMap(definitions -> definitions)
            .toList();

    private static final List<MetricDefinition> LOG = List.of(
            gauge(
                    "logging.droppedInfoLines",
                    MetricUnit.COUNT,
                    "log_lines_dropped_total{level=info}",
                    "Lines at INFO and below that were not written, because the log's reader or disk is too slow."),
            gauge(
                    "logging.droppedWarnLines",
                    MetricUnit.COUNT,
                    "log_lines_dropped_total{level=warn}",
                    "Lines at WARN that were not written for that reason."),
            gauge(
                    "logging.droppedErrorLines",
                    MetricUnit.COUNT,
                    "log_lines_dropped_total{level=error}",
                    "Lines at ERROR that were not written for that reason."),
            gauge(
                    "logging.suppressedLines",
                    MetricUnit.COUNT,
                    "log_lines_suppressed_total",
                    "Lines that were not logged, because there were too many of their kind."));

    private static final List<MetricDefinition> ADMIN_SERVER = List.of(
            counter("admin.requests", "admin_requests_total", "Requests to the admin server."),
            counter(
                    "admin.rejectedRequests",
                    "rejected_admin_requests_total",
                    "Connections and requests that the admin server refused or cut off because of their time or size,"
                            + " or because there were too many."),
            counter(
                    "admin.authenticationFailures",
                    "admin_authentication_failures_total",
                    "Requests to the admin server with wrong credentials."));

    static final List<MetricDefinition> ALL = Stream.of(CONNECTIONS, MEMORY, LOG, ADMIN_SERVER)
            .flatMap(List::stream)
            .toList();

    private ConnectionDefinitions() {}

    private static Stream<MetricDefinition> budget(String name, String meaning) {
        String prefix = "memory." + name + '.';
        String label = "{budget=" + name + '}';
        return Stream.of(
                gauge(prefix + "usedBytes", MetricUnit.BYTES, "memory_used_bytes" + label, meaning),
                gauge(
                        prefix + "maxBytes",
                        MetricUnit.BYTES,
                        "memory_limit_bytes" + label,
                        "Limit of `" + prefix + "usedBytes`."),
                gauge(
                        prefix + "refusals",
                        MetricUnit.COUNT,
                        "memory_refusals_total" + label,
                        "How often something did not fit into that limit, or into one client's or application's share"
                                + " of it."));
    }
}
