/**
 * Threads and time: executors for each disk, rate and time limits, and what happens when no thread can be created.
 */
@NullMarked
package dev.mesosshuffle.concurrent;

import org.jspecify.annotations.NullMarked;
