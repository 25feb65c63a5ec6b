package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * What can be set of the rules.
 *
 * @param orphanTimeout after how long without a sign of life an application is over whose driver cannot be heard
 * @param masterTimeout for how long the master's word is waited for
 * @param cleanupLocalDirs whether dirs are deleted at all
 */
public record LivenessConfig(Duration orphanTimeout, Duration masterTimeout, boolean cleanupLocalDirs) {}
