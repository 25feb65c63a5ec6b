package dev.mesosshuffle.database;

import dev.mesosshuffle.model.IdValidator;
import org.jspecify.annotations.Nullable;

/**
 * An application as it is stored.
 *
 * @param appId its id
 * @param heartbeatTimeoutMs the longest heartbeat timeout of its living drivers; null if no driver registered here
 * @param driverAddresses the addresses of all its living drivers, without port, separated by spaces, with the token {@code
 *     others} if there were more than are tracked; null if unknown
 * @param driversReregister whether drivers register again after a loss from each of these addresses; meaningless without them
 */
public record StoredApplication(
        String appId,
        @Nullable Long heartbeatTimeoutMs,
        @Nullable String driverAddresses,
        boolean driversReregister) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is not a valid id
     */
    public StoredApplication {
        IdValidator.check("appId", appId);
    }

    /**
     * Creates one whose drivers, if it has any, never register again.
     *
     * @throws IllegalArgumentException if the id is not valid
     */
    public StoredApplication(String appId, @Nullable Long heartbeatTimeoutMs, @Nullable String driverAddresses) {
        this(appId, heartbeatTimeoutMs, driverAddresses, false);
    }
}
