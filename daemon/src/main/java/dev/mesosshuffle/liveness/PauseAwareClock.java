package dev.mesosshuffle.liveness;

import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that leaves out the time in which this process did not listen.
 *
 * <p>Whatever keeps the periodic check from running (a stopped process or host, a long garbage collection, no CPU) also
 * keeps heartbeats from being read, so that silence proves nothing then. A check that begins late by n therefore sets
 * the clock back by n. Every deadline is a difference to some earlier reading, so all of them move by n at once, and
 * what is read in between a pause and the check that notices it is only ever taken for later than it was, never for
 * earlier: the mistake is to keep files for longer.
 *
 * <p>After a pause that is worth the name, a check and the heartbeats that came meanwhile wait for the CPU together, and
 * the check may win. So it does not judge, and the next one, an interval later, does. If that is late again, it may win
 * again; but no more than four in a row do not judge, for where every check is late files would never go.
 *
 * <p><b>Concurrency:</b> any thread may read it; checks begin one at a time.
 */
final class PauseAwareClock {
    /** Later than this is no matter of a busy scheduler any more. */
    private static final long WORTH_THE_NAME = Duration.ofSeconds(1).toNanos();

    private static final int MAX_PASSED_OVER = 4;

    private final Ticker ticker;

    private final AtomicLong leftOut = new AtomicLong();
    private long interval = Long.MAX_VALUE;
    private long lastCheck;
    private int passedOver;

    PauseAwareClock(Ticker ticker) {
        this.ticker = ticker;
    }

    long now() {
        return ticker.read() - leftOut.get();
    }

    /** From now on a check is expected after each interval; before, none is late. */
    void expectChecks(Duration each) {
        interval = each.toNanos();
        lastCheck = ticker.read();
    }

    /** Notes that a check begins, and tells whether it may judge. */
    boolean checkBegins() {
        long time = ticker.read();
        if (interval == Long.MAX_VALUE) {
            return true;
        }
        long late = Math.max(0, time - lastCheck - interval);
        lastCheck = time;
        leftOut.addAndGet(late);
        passedOver = late > WORTH_THE_NAME && passedOver < MAX_PASSED_OVER ? passedOver + 1 : 0;
        return passedOver == 0;
    }
}
