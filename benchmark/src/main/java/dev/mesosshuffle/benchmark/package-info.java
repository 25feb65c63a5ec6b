/** Compares the daemon with Spark's own shuffle service. Start at {@code Main}. */
@NullMarked
package dev.mesosshuffle.benchmark;

import org.jspecify.annotations.NullMarked;
