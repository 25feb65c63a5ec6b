/**
 * Spark's message classes in, our records out: Spark's types stop here. Start at {@code RequestDecoder} and
 * {@code Reply}.
 */
@NullMarked
package dev.mesosshuffle.protocol;

import org.jspecify.annotations.NullMarked;
