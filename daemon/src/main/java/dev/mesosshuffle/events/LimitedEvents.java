package dev.mesosshuffle.events;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Records events that anybody on the network can cause: a few a minute for each reason. So whoever fails again and again, for
 * one reason, does not push out all others at once. For any thread.
 *
 * @param <R> the reasons
 */
public final class LimitedEvents<R extends Enum<R>> {
    /** Of all reasons of a kind together, fewer than are kept of it. */
    public static final int MAX_PER_MINUTE = 6;

    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final EventRecorder events;
    private final EventKind kind;
    private final Ticker ticker;
    private final Map<R, Minute> minutes;

    /**
     * Creates a recorder.
     *
     * @param events takes in what is not left out
     * @param kind the kind of all of them
     * @param reasons the reasons that there are
     */
    public LimitedEvents(EventRecorder events, EventKind kind, Class<R> reasons, Ticker ticker) {
        this.events = events;
        this.kind = kind;
        this.ticker = ticker;
        this.minutes = new EnumMap<>(reasons);
        for (R reason : reasons.getEnumConstants()) {
            minutes.put(reason, new Minute());
        }
    }

    /**
     * Records an event, unless there were many for the same reason within the minute.
     *
     * @param subject the application that it is about, or that a client named; empty if none
     */
    public void record(R reason, String subject, String text) {
        Minute minute = minutes.get(reason);
        long leftOut = minute == null ? 0 : minute.turn(ticker.read());
        if (leftOut >= 0) {
            events.record(kind, subject, leftOut == 0 ? text : text + " (" + leftOut + " more before this one)");
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
