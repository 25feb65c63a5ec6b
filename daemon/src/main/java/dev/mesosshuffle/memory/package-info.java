/** Limits of the memory that clients can make the daemon use. */
@NullMarked
package dev.mesosshuffle.memory;

import org.jspecify.annotations.NullMarked;
