package dev.mesosshuffle.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    private final RecentEvents events = new RecentEvents(() -> 1_000);

    @Test
    void returnsTheNewestFirst() {
        events.record(EventKind.REGISTRATION, "app", "one");
        events.record(EventKind.EXPIRY, "app", "two");

        assertThat(events.newestFirst()).extracting(ServiceEvent::text).containsExactly("two", "one");
        assertThat(events.newestFirst().get(0).time().toEpochMilli()).isEqualTo(1_000);
    }

    @Test
    void keepsTheLastOfEachKind() {
        for (int i = 0; i < 3 * RecentEvents.MAX_EVENTS_PER_KIND; i++) {
            events.record(EventKind.REFUSAL, "app", "refusal " + i);
        }

        assertThat(events.newestFirst()).hasSize(RecentEvents.MAX_EVENTS_PER_KIND);
        assertThat(events.newestFirst().get(0).text()).isEqualTo("refusal 191");
        assertThat(events.newestFirst().get(63).text()).isEqualTo("refusal 128");
    }

    @Test
    void losesNoRareEventToAFloodOfOthers() {
        events.record(EventKind.EXPIRY, "app", "expired");
        for (int i = 0; i < 100_000; i++) {
            events.record(EventKind.REGISTRATION, "app", "executor " + i);
        }

        assertThat(events.newestFirst()).extracting(ServiceEvent::text).contains("expired", "executor 99999");
    }

    @Test
    void boundsAndSanitizesTexts() {
        events.record(EventKind.REFUSAL, "\u202e<script>" + "x".repeat(100_000), "a\nb" + "语".repeat(100_000));

        ServiceEvent event = events.newestFirst().get(0);
        assertThat(event.subject()).startsWith("\\u202e<script>xxx").hasSizeLessThanOrEqualTo(200);
        assertThat(event.text()).startsWith("a\\u000ab语").hasSizeLessThanOrEqualTo(600);
    }

    @Test
    void keepsWhatManyThreadsRecordAtATime() throws InterruptedException {
        int threads = 8;
        CountDownLatch started = new CountDownLatch(threads);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                started.countDown();
                try {
                    started.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < 1000; i++) {
                    events.record(EventKind.REGISTRATION, "app", "text");
                }
            });
            thread.start();
            all.add(thread);
        }
        for (Thread thread : all) {
            thread.join();
        }

        List<ServiceEvent> kept = events.newestFirst();
        assertThat(kept).hasSize(RecentEvents.MAX_EVENTS_PER_KIND);
        assertThat(new HashSet<>(kept.stream().map(ServiceEvent::number).toList()))
                .hasSize(kept.size());
    }
}
