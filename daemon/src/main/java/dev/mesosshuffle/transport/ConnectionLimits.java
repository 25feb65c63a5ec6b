package dev.mesosshuffle.transport;

import java.time.Duration;

/**
 * What connections may do.
 *
 * @param idleTimeout the time after which an idle connection is closed; zero for never
 * @param frameTimeout the time within which a frame that has begun arrives completely; zero for any
 * @param writeTimeout the time after which a connection is closed whose peer reads nothing of what waits for it; zero for
 *     never
 * @param maxFrameBytes the maximum length of a client's frame, in bytes
 * @param maxConnections the maximum number of connections
 * @param maxConnectionsPerAddress the maximum number of connections of one address
 */
public record ConnectionLimits(
        Duration idleTimeout,
        Duration frameTimeout,
        Duration writeTimeout,
        int maxFrameBytes,
        int maxConnections,
        int maxConnectionsPerAddress) {}
