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
 */
public record StoredApplication(
        String appId,
        @Nullable Long heartbeatTimeoutMs,
        @Nullable String driverAddresses) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is not a valid id
     */
    public StoredApplication {
        IdValidator.check("appId", appId);
    }
}
