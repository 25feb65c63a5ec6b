package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.LimitedEvents;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.events.ServiceEvent;
import dev.mesosshuffle.security.RefusalReason;
import dev.mesosshuffle.security.TlsRefusal;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RefusedClientEventsTest {
    private static final String CLIENT = "/10.0.0.1:4711";

    private final ManualTicker ticker = new ManualTicker();
    private final RecentEvents events = new RecentEvents(() -> 0);
    private final RefusedClientEvents refused = new RefusedClientEvents(events, ticker);

    private List<ServiceEvent> newestFirst(EventKind kind) {
        return events.newestFirst().stream()
                .filter(event -> event.kind() == kind)
                .toList();
    }

    @Test
    void saysWhoWasRefusedAndWhy() {
        refused.record(CLIENT, "app\u001b[2J\u202e", RefusalReason.WRONG_SECRET);

        assertThat(events.newestFirst()).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(EventKind.AUTHENTICATION);
            assertThat(event.subject()).isEqualTo("app\\u001b[2J\\u202e");
            assertThat(event.text())
                    .isEqualTo("client at /10.0.0.1:4711 refused: its secret is not the one of this service");
        });
    }

    @Test
    void recordsAFewAMinuteForEachReason() {
        for (int i = 0; i < 100; i++) {
            refused.record(CLIENT, "attacker-" + i, RefusalReason.WRONG_SECRET);
        }
        assertThat(events.newestFirst()).hasSize(LimitedEvents.MAX_PER_MINUTE);
        refused.record(CLIENT, "new", RefusalReason.UNKNOWN_APPLICATION);
        assertThat(events.newestFirst().get(0).subject()).isEqualTo("new");

        ticker.pass(Duration.ofMinutes(1).minusNanos(1));
        refused.record(CLIENT, "early", RefusalReason.WRONG_SECRET);
        assertThat(events.newestFirst()).noneMatch(event -> event.subject().equals("early"));
        ticker.pass(Duration.ofNanos(1));
        refused.record(CLIENT, "late", RefusalReason.WRONG_SECRET);
        assertThat(events.newestFirst().get(0))
                .satisfies(event -> assertThat(event.subject()).isEqualTo("late"))
                .satisfies(event -> assertThat(event.text()).endsWith(" (95 more before this one)"));
    }

    @Test
    void pushesOutNoEventOfAnotherKindNorOfAnotherReason() {
        events.record(EventKind.REFUSAL, "app", "a registration was refused");
        refused.record(CLIENT, "forgetful", RefusalReason.NO_HANDSHAKE);
        for (RefusalReason reason : RefusalReason.values()) {
            for (int i = 0; i < 1000; i++) {
                refused.record(CLIENT, "attacker", reason);
            }
        }

        LimitedEvents<TlsRefusal> tls = new LimitedEvents<>(events, EventKind.AUTHENTICATION, TlsRefusal.class, ticker);
        for (TlsRefusal reason : TlsRefusal.values()) {
            for (int i = 0; i < 1000; i++) {
                tls.record(reason, "", "by TLS");
            }
        }

        assertThat(newestFirst(EventKind.REFUSAL)).hasSize(1);
        assertThat(newestFirst(EventKind.AUTHENTICATION))
                .hasSizeLessThanOrEqualTo(RecentEvents.MAX_EVENTS_PER_KIND)
                .anyMatch(event -> event.subject().equals("forgetful"));
    }
}
