package dev.mesosshuffle.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.concurrent.DiskActivity;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.json.StatusJson;
import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.EventView;
import dev.mesosshuffle.status.LatencyView;
import dev.mesosshuffle.status.LoadSample;
import dev.mesosshuffle.status.UsageView;
import dev.mesosshuffle.testing.JsonValues;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The description says what is written, also where a value is missing; and the comparison finds what it does not say. */
final class OpenApiDocumentTest {
    private static final Duration MICROS = Duration.ofNanos(1_500);

    private final OpenApiDocument document = new OpenApiDocument();

    OpenApiDocumentTest() throws IOException {}

    private interface Content {
        void write(StatusJson json) throws IOException;
    }

    private static Map<String, Object> written(Content content) throws IOException {
        StringBuilder text = new StringBuilder();
        try (StatusJson json = StatusJson.to(text)) {
            content.write(json);
        }
        return JsonValues.object(text.toString());
    }

    @Test
    void describesAnApplicationOfWhichAllIsKnownAndOneOfWhichLittleIs() throws Exception {
        Map<String, Object> full = written(json -> json.application(new ApplicationView(
                "a\u00e4\"\u2028<",
                "alive",
                "r",
                "n",
                Duration.ofMillis(90_500),
                MICROS,
                Duration.ofHours(30),
                2,
                1,
                new UsageView(1L << 40, true, Duration.ZERO))));
        assertThat(document.compare("Application", full)).isEmpty();
        assertThat(full)
                .containsEntry("id", "a\u00e4\"\u2028<")
                .containsEntry("nextStepInSeconds", 90.5)
                .containsEntry("sinceSignalSeconds", 1e-6)
                .containsEntry("sinceHeartbeatSeconds", 108_000.0);
        Map<String, Object> bare = written(
                json -> json.application(new ApplicationView("a", "kept", "r", "n", null, MICROS, null, 0, 0, null)));
        assertThat(document.compare("Application", bare)).isEmpty();
        assertThat(bare).containsEntry("nextStepInSeconds", null).containsEntry("usage", null);
    }

    @Test
    void writesAsciiAlone() throws Exception {
        StringBuilder text = new StringBuilder();
        try (StatusJson json = StatusJson.to(text)) {
            json.operation("\u00e4\ud83d\ude00\u202e", "x");
        }
        assertThat(text.toString()).isEqualTo("{\"application\":\"\\u00E4\\uD83D\\uDE00\\u202E\",\"outcome\":\"x\"}");
    }

    @Test
    void describesDisksThatAnswerAndThatDoNot() throws Exception {
        DiskView.Capacity capacity = new DiskView.Capacity(1, 2, 3L, 4L, Duration.ofSeconds(1));
        for (DiskView disk : List.of(
                new DiskView("/a", null, false, capacity, DiskActivity.NONE, null),
                new DiskView(
                        "/a",
                        "it hangs",
                        true,
                        new DiskView.Capacity(1, 2, null, null, Duration.ofDays(1)),
                        new DiskActivity(1, 2, 3, 4, 5),
                        new LatencyView(MICROS, MICROS)),
                new DiskView("/a", "it hangs", true, null, DiskActivity.NONE, null))) {
            assertThat(document.compare("Disk", written(json -> json.disk(disk))))
                    .isEmpty();
        }
    }

    @Test
    void describesEachKindOfEvent() throws Exception {
        for (EventKind kind : EventKind.values()) {
            EventView event = new EventView(1, Instant.EPOCH, kind, null, "text");
            assertThat(document.compare("Event", written(json -> json.event(event))))
                    .isEmpty();
        }
    }

    @Test
    void describesLoad() throws Exception {
        for (LoadSample sample : List.of(
                new LoadSample(Instant.EPOCH, Duration.ofSeconds(15), 1, 2, 3, MICROS, MICROS),
                new LoadSample(Instant.EPOCH, Duration.ofSeconds(15), 0, 0, 0, null, null))) {
            assertThat(document.compare("Load", written(json -> json.load(sample))))
                    .isEmpty();
        }
    }

    @Test
    void findsWhatDiffers() throws Exception {
        Map<String, Object> good = JsonValues.object("{\"live\": true, \"reasons\": [\"x\"]}");
        assertThat(document.compare("Live", good)).isEmpty();
        Map<String, Object> bad = new LinkedHashMap<>(good);
        bad.put("more", 1);
        bad.put("live", "yes");
        bad.put("reasons", List.of(7));
        assertThat(document.compare("Live", bad))
                .containsExactlyInAnyOrder(
                        "Live: undeclared more", "Live.live: yes is no boolean", "Live.reasons[0]: 7 is no string");
        assertThat(document.compare("Live", Map.of("live", true))).containsExactly("Live: no reasons");
    }
}
