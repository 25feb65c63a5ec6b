package dev.mesosshuffle.metrics;

import java.util.List;
import java.util.Map;

/**
 * Metrics of the process and its JVM, under the names that they have with every program, as Prometheus's own library gives
 * them. In JMX the JVM has its own.
 */
final class ProcessDefinitions {
    static final String VERSION_LABEL = "version";

    static final MetricDefinition BUILD_INFO = new MetricDefinition(
            null,
            null,
            MetricUnit.COUNT,
            new PrometheusSeries(PrometheusSeries.PREFIX + "build_info", Map.of(), false),
            "1, with the daemon's version as a label.",
            "");
    static final MetricDefinition CPU = of("process_cpu_seconds_total", "CPU time of the process.");
    static final MetricDefinition START_TIME =
            of("process_start_time_seconds", "When the process started, in seconds since 1970.");
    static final MetricDefinition RESIDENT_MEMORY =
            of("process_resident_memory_bytes", "Memory of the process in RAM.");
    static final MetricDefinition OPEN_FILES = of("process_open_fds", "Open descriptors.");
    static final MetricDefinition MAX_OPEN_FILES = of("process_max_fds", "Limit of open descriptors.");
    static final MetricDefinition THREADS = of("jvm_threads_current", "Threads of the JVM.");
    static final MetricDefinition MEMORY_USED = of("jvm_memory_used_bytes", "Memory in use, with the label `area`.");
    static final MetricDefinition MEMORY_COMMITTED =
            of("jvm_memory_committed_bytes", "Memory that the JVM has, with the label `area`.");
    static final MetricDefinition MEMORY_MAX = of("jvm_memory_max_bytes", "Limit of that memory, where it has one.");
    static final MetricDefinition BUFFERS =
            of("jvm_buffer_pool_used_bytes", "Memory of direct and mapped buffers, with the label `pool`.");
    static final MetricDefinition COLLECTIONS =
            of("jvm_gc_collection_seconds", "Number and time of garbage collections, with the label `gc`.");

    static final List<MetricDefinition> ALL = List.of(
            BUILD_INFO,
            CPU,
            START_TIME,
            RESIDENT_MEMORY,
            OPEN_FILES,
            MAX_OPEN_FILES,
            THREADS,
            MEMORY_USED,
            MEMORY_COMMITTED,
            MEMORY_MAX,
            BUFFERS,
            COLLECTIONS);

    private ProcessDefinitions() {}

    private static MetricDefinition of(String family, String meaning) {
        return MetricDefinition.inPrometheusAlone(
                new PrometheusSeries(family, Map.of(), false), MetricUnit.COUNT, meaning);
    }
}
