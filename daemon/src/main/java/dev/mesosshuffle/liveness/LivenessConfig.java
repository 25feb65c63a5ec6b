package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * The configurable part of the expiry rules.
 *
 * @param orphanTimeout after which idle time an application without a reachable driver expires
 * @param masterTimeout how long to wait for a usable response of the Mesos master
 * @param cleanupLocalDirs whether the directories of expired applications are deleted
 */
public record LivenessConfig(Duration orphanTimeout, Duration masterTimeout, boolean cleanupLocalDirs) {}
