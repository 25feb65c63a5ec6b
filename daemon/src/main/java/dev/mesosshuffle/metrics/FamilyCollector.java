package dev.mesosshuffle.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects the values of one scrape by family. Confined to one thread. */
final class FamilyCollector {
    private static final String TOTAL = "_total";

    private final Map<String, Map<Labels, DataPointSnapshot>> families = new LinkedHashMap<>();

    /** Adds the value of a counter or a gauge, in Prometheus's unit. A second one with the same labels does not count. */
    void add(PrometheusSeries series, Labels labels, double value) {
        DataPointSnapshot point = series.type() == PrometheusSeries.Type.COUNTER
                // A counter that is being counted down by an error of its sum must not spoil the others.
                ? new CounterDataPointSnapshot(Math.max(0, value), labels, null, 0)
                : new GaugeDataPointSnapshot(value, labels, null);
        points(series).putIfAbsent(labels, point);
    }

    /** Adds a histogram. */
    void add(PrometheusSeries series, Labels labels, LatencyBuckets buckets) {
        ClassicHistogramBuckets counts = ClassicHistogramBuckets.of(LatencyBuckets.boundsInSeconds(), buckets.counts());
        points(series)
                .putIfAbsent(
                        labels,
                        new HistogramDataPointSnapshot(counts, buckets.sumInSeconds(), labels, Exemplars.EMPTY, 0));
    }

    /**
     * Adds how often something was done and how long that took in all, without quantiles.
     *
     * @param seconds the sum of all times
     */
    void add(PrometheusSeries series, Labels labels, long count, double seconds) {
        points(series)
                .putIfAbsent(
                        labels,
                        new SummaryDataPointSnapshot(count, seconds, Quantiles.EMPTY, labels, Exemplars.EMPTY, 0));
    }

    private Map<Labels, DataPointSnapshot> points(PrometheusSeries series) {
        return families.computeIfAbsent(series.family(), family -> new LinkedHashMap<>());
    }

    /** Returns what was added. */
    MetricSnapshots snapshots() {
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        families.forEach((family, points) -> snapshots.metricSnapshot(snapshot(family, points.values())));
        return snapshots.build();
    }

    private static MetricSnapshot snapshot(String family, Collection<DataPointSnapshot> points) {
        String help = MetricCatalog.help(family);
        DataPointSnapshot first = points.iterator().next();
        if (first instanceof CounterDataPointSnapshot) {
            // The library adds the suffix.
            String name = family.substring(0, family.length() - TOTAL.length());
            return new CounterSnapshot(new MetricMetadata(name, help), cast(CounterDataPointSnapshot.class, points));
        }
        MetricMetadata metadata = new MetricMetadata(family, help);
        if (first instanceof SummaryDataPointSnapshot) {
            return new SummarySnapshot(metadata, cast(SummaryDataPointSnapshot.class, points));
        }
        return first instanceof GaugeDataPointSnapshot
                ? new GaugeSnapshot(metadata, cast(GaugeDataPointSnapshot.class, points))
                : new HistogramSnapshot(metadata, cast(HistogramDataPointSnapshot.class, points));
    }

    private static <P> Collection<P> cast(Class<P> type, Collection<DataPointSnapshot> points) {
        return points.stream().map(type::cast).toList();
    }
}
