/**
 * Decodes requests into records, and encodes replies with Spark's message classes, which no other package sees. Start at
 * {@code RequestDecoder} and {@code Reply}.
 */
@NullMarked
package dev.mesosshuffle.protocol;

import org.jspecify.annotations.NullMarked;
