/** Threads: what is done when one does not come back, or cannot be made. */
@NullMarked
package dev.mesosshuffle.concurrent;

import org.jspecify.annotations.NullMarked;
