/** Kills a service at each step of its work, and looks whether the next process makes it good. Start at {@code CrashPointsIT}. */
@NullMarked
package dev.mesosshuffle.crash;

import org.jspecify.annotations.NullMarked;
