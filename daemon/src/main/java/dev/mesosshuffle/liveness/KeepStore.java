package dev.mesosshuffle.liveness;

import java.util.concurrent.CompletableFuture;

/** Where it is kept which applications operators want to stay, so that the next process knows. */
@FunctionalInterface
public interface KeepStore {
    /**
     * Stores whether an application is kept by hand. Called inside atomic steps: only queues, and keeps the order.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param kept whether it is kept
     * @return completes when that is persisted
     */
    CompletableFuture<Void> put(String appId, boolean kept);
}
