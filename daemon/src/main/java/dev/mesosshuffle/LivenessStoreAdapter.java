package dev.mesosshuffle;

import dev.mesosshuffle.liveness.LivenessStore;
import dev.mesosshuffle.registry.StoredDrivers;
import dev.mesosshuffle.store.StateStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Stores what liveness must persist in the registry's file. For any thread; never blocks. */
public final class LivenessStoreAdapter implements LivenessStore {
    private final StateStore store;

    /** Creates an adapter of a store, which others close. */
    public LivenessStoreAdapter(StateStore store) {
        this.store = store;
    }

    @Override
    public CompletableFuture<Void> saveIdleTime(String appId, Duration idle) {
        return store.putIdleTime(appId, idle);
    }

    @Override
    public CompletableFuture<Void> saveKept(String appId, boolean kept) {
        return store.putKept(appId, kept);
    }

    @Override
    public CompletableFuture<Void> saveDrivers(String appId, StoredDrivers drivers) {
        return store.putDrivers(appId, drivers.heartbeatTimeoutMs(), drivers.addresses(), drivers.reregister());
    }
}
