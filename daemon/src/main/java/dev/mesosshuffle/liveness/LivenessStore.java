package dev.mesosshuffle.liveness;

import dev.mesosshuffle.registry.StoredDrivers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Persists what the next process must know of an application's liveness. Called inside atomic steps: every method only
 * queues a write, and writes are done in the order of the calls. Each returned future completes when the write is
 * persisted. Nothing is written for an application that is not stored.
 */
public interface LivenessStore {
    /** Stores for how long an application has been idle. */
    CompletableFuture<Void> saveIdleTime(String appId, Duration idle);

    /** Stores whether an operator keeps an application. */
    CompletableFuture<Void> saveKept(String appId, boolean kept);

    /**
     * Stores an application's drivers after one has expired or registered. If this fails after an expiry, the next
     * process waits for that driver too, which only lengthens the application's life.
     */
    CompletableFuture<Void> saveDrivers(String appId, StoredDrivers drivers);
}
