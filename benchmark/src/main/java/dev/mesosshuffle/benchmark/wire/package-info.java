/** The few messages of Spark's protocol that a client needs, as bytes. Start at {@code Requests}. */
@NullMarked
package dev.mesosshuffle.benchmark.wire;

import org.jspecify.annotations.NullMarked;
