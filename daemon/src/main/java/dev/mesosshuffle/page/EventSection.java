package dev.mesosshuffle.page;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.status.EventHistory;
import dev.mesosshuffle.status.EventView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The last events, with their reasons.
 *
 * @param history what is kept
 * @param now when the page is made
 */
record EventSection(EventHistory history, Instant now) {
    /** More than are kept. */
    private static final int MAX_EVENTS = 1000;

    /** So that many of one kind leave room for the others. */
    private static final int MAX_PER_KIND = 12;

    void write(HtmlWriter html) throws IOException {
        List<EventView> events = shown();
        SectionHeading.begin(html, "events", "Recent events");
        if (events.isEmpty()) {
            html.element("p", "empty", "Nothing has happened since the start.");
            html.end().line();
            return;
        }
        TableWriter table = new TableWriter(
                html,
                "The last events of each kind, the newest first",
                TableWriter.Column.text("When"),
                TableWriter.Column.text("Kind"),
                TableWriter.Column.text("About"),
                TableWriter.Column.text("What happened"));
        for (EventView event : events) {
            row(html, table, event);
        }
        table.end();
        html.end().line();
    }

    /** The newest of each kind, the newest first. */
    private List<EventView> shown() {
        List<EventView> all = history.events(0, MAX_EVENTS);
        Map<EventKind, Integer> counts = new EnumMap<>(EventKind.class);
        List<EventView> shown = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (counts.merge(all.get(i).kind(), 1, Integer::sum) <= MAX_PER_KIND) {
                shown.add(all.get(i));
            }
        }
        return shown;
    }

    private void row(HtmlWriter html, TableWriter table, EventView event) throws IOException {
        table.beginRow();
        table.beginHeading(event.time().toEpochMilli());
        age(html, event.time(), now);
        table.endCell();
        table.beginCell();
        tone(event.kind()).write(html, word(event.kind()));
        table.endCell();
        table.beginCell();
        String about = event.application();
        if (about == null || about.isEmpty()) {
            html.text("–");
        } else {
            html.begin("code").attribute("dir", "ltr").text(about).end();
        }
        table.endCell();
        table.cell(event.text());
        table.endRow();
    }

    /** Writes how long ago something was, with the time itself in the title. */
    static void age(HtmlWriter html, Instant time, Instant now) throws IOException {
        Instant second = time.truncatedTo(ChronoUnit.SECONDS);
        html.begin("time")
                .attribute("datetime", second.toString())
                .attribute("title", second.toString())
                .text(QuantityText.span(Duration.between(time, now)) + " ago")
                .end();
    }

    private static String word(EventKind kind) {
        return switch (kind) {
            case REGISTRATION -> "Registration";
            case REFUSAL -> "Refusal";
            case AUTHENTICATION -> "Authentication";
            case EXPIRY -> "Expiry";
            case DEFERRAL -> "Deferral";
            case REMOVAL -> "Removal";
            case OPERATOR -> "Operator";
            case DISK -> "Disk";
        };
    }

    private static StateTone tone(EventKind kind) {
        return switch (kind) {
            case REGISTRATION, DEFERRAL, REMOVAL -> StateTone.NEUTRAL;
            case REFUSAL, AUTHENTICATION, DISK -> StateTone.BAD;
            case EXPIRY -> StateTone.WARNING;
            case OPERATOR -> StateTone.BUSY;
        };
    }
}
