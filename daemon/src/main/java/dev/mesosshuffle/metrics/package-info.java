/**
 * The metric registry and its way out through JMX.
 */
@NullMarked
package dev.mesosshuffle.metrics;

import org.jspecify.annotations.NullMarked;
