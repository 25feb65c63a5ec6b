package dev.mesosshuffle.metrics;

import org.jspecify.annotations.Nullable;

/**
 * A metric of the daemon, from which its names in JMX and Prometheus and its row in docs/monitoring.md come.
 *
 * @param jmxName its name in JMX without {@link #JMX_PREFIX}, with {@code ROOT} for the path of a root; null if JMX has none
 * @param jmxType its type in JMX; null if JMX has none
 * @param unit the unit of its value in JMX
 * @param series its name in Prometheus; null if Prometheus has none, because others tell the same
 * @param meaning what it counts or measures
 * @param advice what to do about it; empty if the meaning says it all
 */
record MetricDefinition(
        @Nullable String jmxName,
        @Nullable JmxType jmxType,
        MetricUnit unit,
        @Nullable PrometheusSeries series,
        String meaning,
        String advice) {
    /** What the names of the daemon's metrics begin with in JMX, as those of Spark's service. */
    static final String JMX_PREFIX = "shuffleService.";

    /** What the names of a root's metrics begin with, before its path. */
    static final String ROOT_PREFIX = "disk.";

    private static final String ROOT_NAME = ROOT_PREFIX + "ROOT.";

    static MetricDefinition counter(String jmxName, String series, String meaning) {
        return of(jmxName, JmxType.COUNTERS, MetricUnit.COUNT, series, meaning);
    }

    static MetricDefinition gauge(String jmxName, MetricUnit unit, String series, String meaning) {
        return of(jmxName, JmxType.GAUGES, unit, series, meaning);
    }

    static MetricDefinition meter(String jmxName, String series, String meaning) {
        return of(jmxName, JmxType.METERS, MetricUnit.COUNT, series, meaning);
    }

    static MetricDefinition timer(String jmxName, String series, String meaning) {
        return of(jmxName, JmxType.TIMERS, MetricUnit.MILLISECONDS, series, meaning);
    }

    static MetricDefinition inJmxAlone(String jmxName, JmxType type, MetricUnit unit, String meaning) {
        return new MetricDefinition(jmxName, type, unit, null, meaning, "");
    }

    static MetricDefinition inPrometheusAlone(PrometheusSeries series, MetricUnit unit, String meaning) {
        return new MetricDefinition(null, null, unit, series, meaning, "");
    }

    private static MetricDefinition of(String jmxName, JmxType type, MetricUnit unit, String series, String meaning) {
        return new MetricDefinition(
                jmxName, type, unit, PrometheusSeries.parse(series, jmxName.startsWith(ROOT_NAME)), meaning, "");
    }

    MetricDefinition withAdvice(String text) {
        return new MetricDefinition(jmxName, jmxType, unit, series, meaning, text);
    }

    /** Returns the end of the name of a root's metric, after its path; null if it is none. */
    @Nullable
    String rootSuffix() {
        return jmxName != null && jmxName.startsWith(ROOT_NAME) ? jmxName.substring(ROOT_NAME.length() - 1) : null;
    }
}
