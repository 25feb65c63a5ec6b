/** The shuffle files that are served: what is in them and where they lie. Start at {@code DataFolder}. */
@NullMarked
package dev.mesosshuffle.benchmark.data;

import org.jspecify.annotations.NullMarked;
