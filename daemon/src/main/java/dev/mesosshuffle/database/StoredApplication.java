package dev.mesosshuffle.database;

import dev.mesosshuffle.model.IdValidator;
import org.jspecify.annotations.Nullable;

/**
 * An application as the store keeps it.
 *
 * @param appId its id
 * @param heartbeatTimeoutMs after how many ms of silence its driver is over; null if no driver registered here
 * @param driverAddress where that driver was, without port; null if that is not known
 */
public record StoredApplication(
        String appId,
        @Nullable Long heartbeatTimeoutMs,
        @Nullable String driverAddress) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is not a valid id
     */
    public StoredApplication {
        IdValidator.check("appId", appId);
    }
}
