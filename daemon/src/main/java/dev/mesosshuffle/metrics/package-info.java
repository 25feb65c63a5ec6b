/**
 * The way of the metric registry out through JMX: {@code MetricsReporter}.
 */
@NullMarked
package dev.mesosshuffle.metrics;

import org.jspecify.annotations.NullMarked;
