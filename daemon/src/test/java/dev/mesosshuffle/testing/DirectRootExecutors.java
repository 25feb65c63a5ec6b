package dev.mesosshuffle.testing;

import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;

/** Executors for roots that run each task on the caller's thread. */
public final class DirectRootExecutors {
    private DirectRootExecutors() {}

    public static RootExecutors unlimited() {
        return new RootExecutors(
                root -> new DirectExecutorService(), () -> new RateLimiter(() -> 0, System::nanoTime, nanos -> {}));
    }

    /** At one file a second, time stands still, and an action runs before each file but the first. */
    public static RootExecutors withPause(Runnable beforeEachFile) {
        return new RootExecutors(
                root -> new DirectExecutorService(),
                () -> new RateLimiter(() -> 1, () -> 0, nanos -> beforeEachFile.run()));
    }
}
