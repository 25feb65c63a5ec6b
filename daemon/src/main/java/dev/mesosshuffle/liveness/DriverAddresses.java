package dev.mesosshuffle.liveness;

import dev.mesosshuffle.registry.DriverInCharge;
import java.util.concurrent.CompletableFuture;

/** Where it is kept which driver is in charge of an application, so that the next process knows it again. */
@FunctionalInterface
public interface DriverAddresses {
    /**
     * Stores which driver is in charge, since one that was has expired. Called inside atomic steps: only queues, and
     * keeps the order. If it fails, the next process takes the former one to be in charge, which lengthens.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param inCharge the driver
     * @return completes when that is persisted
     */
    CompletableFuture<Void> put(String appId, DriverInCharge inCharge);
}
