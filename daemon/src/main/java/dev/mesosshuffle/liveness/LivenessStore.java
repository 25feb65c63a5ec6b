package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Where it is kept for how long applications were quiet, so that the next process goes on from there. */
@FunctionalInterface
public interface LivenessStore {
    /**
     * Stores how long an application was quiet. Called inside atomic steps: only queues, and keeps the order.
     *
     * @param appId the application; nothing happens if it is not stored
     * @param quiet for how long there was no sign of life of it
     * @return completes when that is persisted
     */
    CompletableFuture<Void> put(String appId, Duration quiet);
}
