/**
 * The life of this process: signals, exit status, shutdown, watchdog and service manager. Knows no part of the
 * daemon.
 */
@NullMarked
package dev.mesosshuffle.process;

import org.jspecify.annotations.NullMarked;
