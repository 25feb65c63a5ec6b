package dev.mesosshuffle.metrics;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.Sanitizer;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the values of the registered metrics that have a name in Prometheus. For any thread. */
final class RegisteredValues {
    /** As long as a path may be. */
    private static final int MAX_ROOT_BYTES = 4096;

    private final MetricRegistry metrics;

    RegisteredValues(MetricRegistry metrics) {
        this.metrics = metrics;
    }

    void addTo(FamilyCollector families) {
        metrics.getMetrics().forEach((name, metric) -> {
            MetricCatalog.Registered registered = MetricCatalog.find(name);
            PrometheusSeries series =
                    registered == null ? null : registered.definition().series();
            if (registered != null && series != null) {
                add(families, series, registered, metric);
            }
        });
        LatencyBuckets fetches = LatencyRegistry.fetches(metrics);
        if (fetches != null) {
            families.add(ServingDefinitions.FETCHES, Labels.EMPTY, fetches);
        }
    }

    private static void add(
            FamilyCollector families, PrometheusSeries series, MetricCatalog.Registered registered, Metric metric) {
        Labels labels = labels(series, registered.root());
        if (series.type() == PrometheusSeries.Type.HISTOGRAM) {
            if (metric instanceof LatencyTimer timer) {
                families.add(series, labels, timer.buckets());
            }
            return;
        }
        double value = value(metric);
        // A negative number stands for an unknown one.
        if (value >= 0) {
            families.add(series, labels, registered.definition().unit().toBaseUnit(value));
        }
    }

    private static Labels labels(PrometheusSeries series, @Nullable String root) {
        if (root != null) {
            return Labels.of(PrometheusSeries.ROOT_LABEL, Sanitizer.line(root, MAX_ROOT_BYTES));
        }
        String[] namesAndValues = series.labels().entrySet().stream()
                .flatMap(label -> Stream.of(label.getKey(), label.getValue()))
                .toArray(String[]::new);
        return Labels.of(namesAndValues);
    }

    /** Returns -1 for a gauge that has no number now: one that fails must not cost the others. */
    private static double value(Metric metric) {
        if (metric instanceof Counting counting) {
            return counting.getCount();
        }
        try {
            return metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number
                    ? number.doubleValue()
                    : -1;
        } catch (RuntimeException e) {
            return -1;
        }
    }
}
