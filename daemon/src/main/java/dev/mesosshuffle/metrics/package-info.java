/**
 * Every metric of the daemon ({@code MetricCatalog}), and its ways out: through JMX ({@code MetricsReporter}) and to Prometheus
 * ({@code PrometheusExposition}).
 */
@NullMarked
package dev.mesosshuffle.metrics;

import org.jspecify.annotations.NullMarked;
