package dev.mesosshuffle.status;

import java.time.Duration;

/**
 * What the directories of an application held when they were last measured.
 *
 * @param bytes the length of all files that were measured
 * @param isComplete whether all were; false if a disk did not answer in time
 * @param age the time since
 */
public record UsageView(long bytes, boolean isComplete, Duration age) {}
