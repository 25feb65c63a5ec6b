/**
 * One connection's open streams, and the chunks in flight. Start at {@code ConnectionStreams}.
 */
@NullMarked
package dev.mesosshuffle.streams;

import org.jspecify.annotations.NullMarked;
