package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.events.LimitedEvents;
import dev.mesosshuffle.security.RefusalReason;

/** Shows operators which clients were refused, and why: a few a minute for each reason. For any thread. */
final class RefusedClientEvents {
    private final LimitedEvents<RefusalReason> events;

    RefusedClientEvents(EventRecorder events, Ticker ticker) {
        this.events = new LimitedEvents<>(events, EventKind.AUTHENTICATION, RefusalReason.class, ticker);
    }

    /**
     * Records a client, unless there were many for the same reason within the minute.
     *
     * @param claimedAppId the application that it named; empty if none
     */
    void record(String remoteAddress, String claimedAppId, RefusalReason reason) {
        events.record(reason, claimedAppId, "client at " + remoteAddress + " refused: " + reason.explanation());
    }
}
