package dev.mesosshuffle.status;

import java.time.Duration;
import java.time.Instant;

/**
 * What runs here.
 *
 * @param version the daemon's version
 * @param javaVersion that of the JVM
 * @param startedAt when the daemon started, by the host's clock
 * @param uptime the time since, by the monotonic clock
 * @param host the address that it listens on, as configured
 * @param port the port that it listens on
 * @param applications how many applications are registered
 * @param executors how many executors are
 * @param deferredWrites how many changes of the registry wait because it cannot be written; 0 if it can
 */
public record ServiceStatus(
        String version,
        String javaVersion,
        Instant startedAt,
        Duration uptime,
        String host,
        int port,
        int applications,
        int executors,
        int deferredWrites) {}
