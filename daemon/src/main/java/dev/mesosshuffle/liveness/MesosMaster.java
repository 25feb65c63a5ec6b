package dev.mesosshuffle.liveness;

import java.util.concurrent.CompletableFuture;

/** The Mesos master, asked who lives. */
public interface MesosMaster {
    /**
     * Asks once. Never blocks; gives up by itself within a minute. The next question comes after the answer to this one.
     *
     * @return its answer, on any thread; fails with a {@link MasterUnavailableException} if there is none that makes sense
     */
    CompletableFuture<FrameworkSnapshot> ask();
}
