/** The distribution as it is shipped: its scripts, run by a real shell. */
@NullMarked
package dev.mesosshuffle.packaging;

import org.jspecify.annotations.NullMarked;
