/**
 * How the daemon logs: levels, rate limits, safe texts, and the loggers whose names are Spark's.
 */
@NullMarked
package dev.mesosshuffle.logging;

import org.jspecify.annotations.NullMarked;
