package dev.mesosshuffle.registry;

/**
 * The living drivers of an application, as they are stored.
 *
 * @param addresses the addresses of all of them, without port, separated by spaces, to be recognized after a restart; the
 *     token {@code others} among them stands for drivers beyond those that are tracked
 * @param heartbeatTimeoutMs the longest of their heartbeat timeouts
 * @param reregister whether drivers register again after a loss from each of these addresses
 */
public record StoredDrivers(String addresses, long heartbeatTimeoutMs, boolean reregister) {
    /** Creates drivers that never register again, as Spark's own. */
    public StoredDrivers(String addresses, long heartbeatTimeoutMs) {
        this(addresses, heartbeatTimeoutMs, false);
    }
}
