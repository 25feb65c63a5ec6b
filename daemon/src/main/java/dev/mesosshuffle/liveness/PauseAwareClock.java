package dev.mesosshuffle.liveness;

import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that excludes the time in which this process was paused.
 *
 * <p>Whatever delays the periodic check (a stopped process or host, a long garbage collection, no CPU) also keeps
 * heartbeats from being read, so missed heartbeats prove nothing then. A check that begins late by n therefore sets the
 * clock back by n. Every deadline is a difference to some earlier reading, so all of them move by n at once. A signal that
 * is read between a pause and the check that notices it can only get a later time than it had, never an earlier one: the
 * error is to keep files for longer.
 *
 * <p>After a significant pause, a check and the heartbeats that arrived meanwhile wait for the CPU together, and the check
 * may win. So that check does not judge; the next one, an interval later, does. If that is late again, it is skipped too;
 * but at most four in a row are skipped, because where every check is late files would never be removed.
 *
 * <p><b>Concurrency:</b> any thread may read it; checks begin one at a time.
 */
final class PauseAwareClock {
    /** A longer delay is not just a busy scheduler's. */
    private static final long SIGNIFICANT_PAUSE = Duration.ofSeconds(1).toNanos();

    private static final int MAX_SKIPPED_CHECKS = 4;

    private final Ticker ticker;

    private final AtomicLong excludedNanos = new AtomicLong();
    private long interval = Long.MAX_VALUE;
    private long lastCheck;
    private int skippedChecks;

    PauseAwareClock(Ticker ticker) {
        this.ticker = ticker;
    }

    long now() {
        return ticker.read() - excludedNanos.get();
    }

    /** Expects a check after each interval from now on; before this, no check is late. */
    void setCheckInterval(Duration each) {
        interval = each.toNanos();
        lastCheck = ticker.read();
    }

    /** Begins a check, and returns whether it may judge. */
    boolean beginCheck() {
        long time = ticker.read();
        if (interval == Long.MAX_VALUE) {
            return true;
        }
        long late = Math.max(0, time - lastCheck - interval);
        lastCheck = time;
        excludedNanos.addAndGet(late);
        skippedChecks = late > SIGNIFICANT_PAUSE && skippedChecks < MAX_SKIPPED_CHECKS ? skippedChecks + 1 : 0;
        return skippedChecks == 0;
    }
}
