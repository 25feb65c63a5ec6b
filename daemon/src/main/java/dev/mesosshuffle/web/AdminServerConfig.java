package dev.mesosshuffle.web;

import dev.mesosshuffle.model.AdminEndpoint;
import java.util.Set;

/**
 * The address of the admin server, and who may ask what there.
 *
 * @param host the address to listen on
 * @param port the port; 0 for any that is free
 * @param isLoopback whether only this host can reach that address
 * @param openEndpoints what everybody may read without credentials
 */
public record AdminServerConfig(String host, int port, boolean isLoopback, Set<AdminEndpoint> openEndpoints) {
    /** Keeps its own copy of the endpoints. */
    public AdminServerConfig {
        openEndpoints = Set.copyOf(openEndpoints);
    }
}
