package dev.mesosshuffle.status;

import java.time.Instant;

/**
 * What stays the same while the daemon runs.
 *
 * @param version the daemon's version
 * @param startedAt when it started, by the host's clock
 * @param startedNanos the same by the monotonic clock
 * @param host the address that it listens on, as configured
 * @param port the port that it listens on
 */
public record ServiceIdentity(String version, Instant startedAt, long startedNanos, String host, int port) {}
