package dev.mesosshuffle.liveness;

import dev.mesosshuffle.registry.StoredDrivers;
import java.util.concurrent.CompletableFuture;

/** Where it is kept which drivers an application has, so that the next process knows it again. */
@FunctionalInterface
public interface DriverAddresses {
    /**
     * Stores which drivers there are, since one has expired or registered. Called inside atomic steps: only queues, and
     * keeps the order. If it fails after one has expired, the next process waits for that one too, which lengthens.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param inCharge the drivers
     * @return completes when that is persisted
     */
    CompletableFuture<Void> put(String appId, StoredDrivers inCharge);
}
