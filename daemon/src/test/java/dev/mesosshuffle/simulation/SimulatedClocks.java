package dev.mesosshuffle.simulation;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A host's clocks: one that nothing sets, and one that people set. */
final class SimulatedClocks {
    /** What a service writes gets the time of the real clock; so that is never in the future here. */
    private static final Duration AHEAD = Duration.ofMinutes(10);

    private final long wallStart = System.currentTimeMillis() + AHEAD.toMillis();
    private final long nanoTimeStart;
    private long now;
    private long wallShift;

    SimulatedClocks(Random random) {
        nanoTimeStart = random.nextLong();
    }

    /** In ns, from 0. */
    long now() {
        return now;
    }

    /** The same as services are given it: from any point, and it may wrap around. */
    long nanoTime() {
        return nanoTimeStart + now;
    }

    void pass(Duration duration) {
        now += duration.toNanos();
    }

    /** In ms since 1970, as the wall clock is set. */
    long wallMillis() {
        return wallStart + TimeUnit.NANOSECONDS.toMillis(now) + wallShift;
    }

    long wallShift() {
        return wallShift;
    }

    void setWall(Duration shift) {
        wallShift = shift.toMillis();
    }
}
