/** Scans an application's directories for changes, which are liveness signals. Start at {@code FileActivityScanner}. */
@NullMarked
package dev.mesosshuffle.activity;

import org.jspecify.annotations.NullMarked;
