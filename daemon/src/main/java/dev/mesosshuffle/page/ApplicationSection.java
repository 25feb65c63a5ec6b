package dev.mesosshuffle.page;

import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.ApplicationViews;
import dev.mesosshuffle.status.UsageView;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of the applications.
 *
 * @param page the applications
 * @param total how many there are in all
 * @param after what the page begins after; null for the first
 * @param limit how many a page has
 */
record ApplicationSection(
        ApplicationViews.Page<ApplicationView> page,
        int total,
        @Nullable String after,
        int limit) {
    /** A state that is missing is shown by its name in the metrics. */
    private static final Map<String, State> STATES = Map.of(
            "alive", new State("Alive", StateTone.GOOD),
            "kept", new State("Kept", StateTone.BUSY),
            "driverless", new State("Driverless", StateTone.NEUTRAL),
            "unresponsive", new State("Unresponsive", StateTone.WARNING),
            "deferred", new State("Deferred", StateTone.WARNING),
            "waitingForMaster", new State("Waiting for the master", StateTone.WARNING),
            "removing", new State("Removing", StateTone.BUSY));

    private record State(String word, StateTone tone) {}

    void write(HtmlWriter html) throws IOException {
        SectionHeading.begin(html, "applications", "Applications");
        if (page.items().isEmpty()) {
            html.element("p", "empty", after == null ? "No application is registered here." : "No more applications.");
        } else {
            table(html);
        }
        paging(html);
        html.end().line();
    }

    private void table(HtmlWriter html) throws IOException {
        int shown = page.items().size();
        String caption = shown == total
                ? QuantityText.count(total, "application")
                : QuantityText.count(shown) + " of " + QuantityText.count(total, "application") + ", by id";
        TableWriter table = new TableWriter(
                html,
                caption,
                TableWriter.Column.text("Application"),
                TableWriter.Column.text("State"),
                TableWriter.Column.text("Last heartbeat"),
                TableWriter.Column.text("Next step"),
                TableWriter.Column.number("Executors"),
                TableWriter.Column.number("On disk"),
                TableWriter.Column.number("Being read"));
        for (ApplicationView app : page.items()) {
            row(html, table, app);
        }
        table.end();
    }

    private static void row(HtmlWriter html, TableWriter table, ApplicationView app) throws IOException {
        table.beginRow();
        table.beginHeading();
        html.begin("code").attribute("dir", "ltr").text(app.id()).end();
        table.endCell();
        table.beginCell();
        State state = STATES.getOrDefault(app.state(), new State(app.state(), StateTone.NEUTRAL));
        state.tone().write(html, state.word());
        html.element("div", "note", app.reason());
        table.endCell();
        heartbeat(html, table, app);
        table.cell(app.nextStep());
        table.count(app.executors());
        usage(html, table, app.usage());
        table.beginCell(app.activeReads());
        html.text(app.activeReads() == 0 ? "–" : QuantityText.count(app.activeReads(), "block"));
        table.endCell();
        table.endRow();
    }

    private static void heartbeat(HtmlWriter html, TableWriter table, ApplicationView app) throws IOException {
        Duration heartbeat = app.sinceHeartbeat();
        table.beginCell(heartbeat == null ? Long.MAX_VALUE : heartbeat.toMillis());
        if (heartbeat == null) {
            html.text("none");
        } else {
            QuantityText.span(html, heartbeat);
            html.text(" ago");
        }
        html.begin("div", "note").text("last use ");
        QuantityText.span(html, app.sinceSignal());
        html.text(" ago").end();
        table.endCell();
    }

    private static void usage(HtmlWriter html, TableWriter table, @Nullable UsageView usage) throws IOException {
        table.beginCell(usage == null ? -1 : usage.bytes());
        if (usage == null) {
            html.begin("span", "note").text("not measured yet").end();
        } else {
            if (!usage.isComplete()) {
                html.text("over ");
            }
            QuantityText.bytes(html, usage.bytes());
        }
        table.endCell();
    }

    private void paging(HtmlWriter html) throws IOException {
        String next = page.next();
        if (after == null && next == null) {
            return;
        }
        html.begin("nav", "paging").attribute("aria-label", "Pages of applications");
        if (after != null) {
            html.begin("a").attribute("href", query("")).text("First page").end();
        }
        if (next != null) {
            html.begin("a", "next")
                    .attribute("href", query("after=" + encoded(next)))
                    .text("Next page")
                    .end();
        }
        html.end().line();
    }

    private String query(String position) {
        String size = limit == StatusPage.APPLICATIONS_PER_PAGE ? "" : "limit=" + limit;
        String both = position.isEmpty() || size.isEmpty() ? position + size : position + '&' + size;
        return both.isEmpty() ? "/#applications" : '?' + both + "#applications";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
