/** The daemon itself: {@code Main} reads the command line, {@code ShuffleDaemon} wires, starts and stops the parts. */
@NullMarked
package dev.mesosshuffle;

import org.jspecify.annotations.NullMarked;
