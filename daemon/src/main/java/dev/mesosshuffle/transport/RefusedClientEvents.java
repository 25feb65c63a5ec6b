package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.security.RefusalReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Shows operators which clients were refused, and why: a few a minute for each reason. So whoever fails again and again, for one
 * reason, does not push out all others at once. For any thread.
 */
final class RefusedClientEvents {
    /** Of all reasons together, fewer than are kept of a kind. */
    static final int MAX_PER_MINUTE = 8;

    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final EventRecorder events;
    private final Ticker ticker;
    private final Map<RefusalReason, Minute> minutes = new EnumMap<>(RefusalReason.class);

    RefusedClientEvents(EventRecorder events, Ticker ticker) {
        this.events = events;
        this.ticker = ticker;
        for (RefusalReason reason : RefusalReason.values()) {
            minutes.put(reason, new Minute());
        }
    }

    /**
     * Records a client, unless there were many for the same reason within the minute.
     *
     * @param claimedAppId the application that it named; empty if none
     */
    void record(String remoteAddress, String claimedAppId, RefusalReason reason) {
        Minute minute = minutes.get(reason);
        long leftOut = minute == null ? 0 : minute.turn(ticker.read());
        if (leftOut >= 0) {
            String more = leftOut == 0 ? "" : " (" + leftOut + " more before this one)";
            events.record(
                    EventKind.AUTHENTICATION,
                    claimedAppId,
                    "client at " + remoteAddress + " refused: " + reason.explanation() + more);
        }
    }

    private static final class Minute {
        private boolean seen;
        private long begin;
        private int recorded;
        private long leftOut;

        /** How many were left out since the last one that was recorded, or -1 if this one is to be left out too. */
        private synchronized long turn(long now) {
            if (!seen || now - begin >= MINUTE_NANOS) {
                seen = true;
                begin = now;
                recorded = 0;
            }
            if (recorded == MAX_PER_MINUTE) {
                leftOut++;
                return -1;
            }
            recorded++;
            long result = leftOut;
            leftOut = 0;
            return result;
        }
    }
}
