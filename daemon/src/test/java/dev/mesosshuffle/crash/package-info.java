/** Kills a service at each step of its work, and checks that the next process recovers. Start at {@code CrashPointsIT}. */
@NullMarked
package dev.mesosshuffle.crash;

import org.jspecify.annotations.NullMarked;
