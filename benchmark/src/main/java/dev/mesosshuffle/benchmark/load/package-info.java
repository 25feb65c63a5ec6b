/** Clients that fetch as fast as a service answers. Start at {@code LoadGenerator}. */
@NullMarked
package dev.mesosshuffle.benchmark.load;

import org.jspecify.annotations.NullMarked;
