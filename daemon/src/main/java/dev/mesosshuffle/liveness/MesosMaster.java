package dev.mesosshuffle.liveness;

import java.util.concurrent.CompletableFuture;

/** Client of the Mesos master. */
public interface MesosMaster {
    /**
     * Fetches the frameworks once. Never blocks; times out by itself within a minute. The next call comes after the
     * future of this one has completed.
     *
     * @return the frameworks, on any thread; fails with a {@link MasterUnavailableException} without a usable response
     */
    CompletableFuture<FrameworkSnapshot> fetchFrameworks();
}
