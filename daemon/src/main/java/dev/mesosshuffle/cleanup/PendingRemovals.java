package dev.mesosshuffle.cleanup;

/**
 * The removals that are not complete yet.
 *
 * @param dirs how many dirs
 * @param bytes the size of those that were measured, in bytes
 */
public record PendingRemovals(int dirs, long bytes) {}
