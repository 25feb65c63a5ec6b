/** Figures as tables and a chart. Start at {@code Report}. */
@NullMarked
package dev.mesosshuffle.benchmark.report;

import org.jspecify.annotations.NullMarked;
