package dev.mesosshuffle.it.process;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another process does, where nothing but looking again tells. */
public final class Await {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Await() {}

    /** Returns once the condition holds; fails, naming what was awaited, when it does not within the given time. */
    public static void until(String awaited, Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + atMost.toSeconds() + " s: " + awaited);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }
}
