/** A client for the daemon's first practice run, while its class archive is made. */
@NullMarked
package dev.mesosshuffle.training;

import org.jspecify.annotations.NullMarked;
