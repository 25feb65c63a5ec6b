package dev.mesosshuffle.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.RecentEvents;
import org.junit.jupiter.api.Test;

class RecentEventHistoryTest {
    private final RecentEvents events = new RecentEvents(() -> 5_000);
    private final RecentEventHistory history = new RecentEventHistory(events);

    @Test
    void returnsTheNewestInTheirOrder() {
        for (EventKind kind : EventKind.values()) {
            events.record(kind, "app", "event of " + kind);
        }

        assertThat(history.events(0, 2)).extracting(EventView::number).containsExactly(7L, 8L);
        assertThat(history.events(3, 100)).extracting(EventView::number).containsExactly(4L, 5L, 6L, 7L, 8L);
        assertThat(history.events(0, 100))
                .extracting(event -> event.kind().name())
                .containsExactly(
                        "REGISTRATION",
                        "REFUSAL",
                        "AUTHENTICATION",
                        "EXPIRY",
                        "DEFERRAL",
                        "REMOVAL",
                        "OPERATOR",
                        "DISK");
        assertThat(history.events(8, 100)).isEmpty();
    }

    @Test
    void namesNoApplicationWhereThereIsNone() {
        events.record(EventKind.REMOVAL, "", "deleted /d1/blockmgr-1");

        assertThat(history.events(0, 1).get(0).application()).isNull();
        assertThat(history.events(0, 1).get(0).time().toEpochMilli()).isEqualTo(5_000);
    }
}
