/**
 * What the daemon does when a local root becomes unavailable or its disk fills up. Start at {@code RootMonitor} and
 * {@code DiskPressure}.
 */
@NullMarked
package dev.mesosshuffle.roots;

import org.jspecify.annotations.NullMarked;
