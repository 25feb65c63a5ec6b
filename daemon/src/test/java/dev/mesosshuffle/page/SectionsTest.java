package dev.mesosshuffle.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.concurrent.DiskActivity;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.status.ApplicationView;
import dev.mesosshuffle.status.ApplicationViews;
import dev.mesosshuffle.status.ConfigEntry;
import dev.mesosshuffle.status.DiskView;
import dev.mesosshuffle.status.EventView;
import dev.mesosshuffle.status.LoadSample;
import dev.mesosshuffle.status.ServiceStatus;
import dev.mesosshuffle.status.UsageView;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What each part of the page says, as its source. A browser reads all of it in {@code packaging/test/cases/status-page}. */
class SectionsTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final String HOSTILE = "<script>alert(1)</script>\u202e";
    private static final String SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e";

    private interface Part {
        void write(HtmlWriter html) throws IOException;
    }

    @Test
    void escapesWhatClientsSentWhereverItStands() throws IOException {
        String page = html(html -> {
            applications(List.of(app(HOSTILE, "alive", HOSTILE)), null, HOSTILE).write(html);
            events(event(1, EventKind.REFUSAL, HOSTILE, HOSTILE)).write(html);
            new DiskSection(List.of(new DiskView(HOSTILE, HOSTILE, false, null, DiskActivity.NONE, null))).write(html);
            new ConfigurationSection(List.of(new ConfigEntry("key", HOSTILE, HOSTILE))).write(html);
        });

        assertThat(page).doesNotContain("<script", "\u202e").contains(SHOWN);
        assertThat(page.split(java.util.regex.Pattern.quote(SHOWN), -1)).hasSize(1 + 8);
        assertThat(page).contains("?after=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%E2%80%AE");
    }

    @Test
    void tellsTheStateOfAnApplication() throws IOException {
        String page = html(applications(List.of(app("app-1", "unresponsive", "no heartbeat")), null, null)::write);

        assertThat(page)
                .contains("<span class=\"state warning\">Unresponsive</span>", "no heartbeat", "expires in 2 h")
                .contains("<span title=\"90,000 ms\">1 min</span> ago", "title=\"5,000,000,000 bytes\">4.7 GiB</span>")
                .contains("3 blocks", "1 application<")
                .doesNotContain("Pages of applications");
    }

    @Test
    void showsAStateThatItDoesNotKnow() throws IOException {
        assertThat(html(applications(List.of(app("a", "novel", "")), null, null)::write))
                .contains("<span class=\"state neutral\">novel</span>");
    }

    @Test
    void leadsToTheNextPageAndBack() throws IOException {
        String page = html(applications(List.of(app("b", "alive", "")), "a", "b")::write);

        assertThat(page).contains("href=\"/#applications\">First page", "href=\"?after=b#applications\">Next page");
    }

    @Test
    void tellsADiskThatHangsFromOneThatAnswers() throws IOException {
        DiskView.Capacity capacity = new DiskView.Capacity(5 << 20, 100 << 20, 50L, 100L, Duration.ZERO);
        DiskView hung = new DiskView("/d1", "its probe is overdue", true, null, DiskActivity.NONE, null);
        DiskView well = new DiskView("/d2", null, false, capacity, DiskActivity.NONE, null);

        assertThat(html(new DiskSection(List.of(hung))::write)).contains("state bad\">Hangs<", "overdue", "unknown");
        assertThat(html(new DiskSection(List.of(well))::write))
                .contains(
                        "state warning\">Nearly full<",
                        "5.0 MiB",
                        "5 % of 100.0 MiB",
                        "meter class=\"low\"",
                        "50 % of 100");
    }

    @Test
    void sortsByValuesAndNotByTheirTexts() throws IOException {
        DiskView.Capacity endless = new DiskView.Capacity(5 << 20, 100 << 20, null, null, Duration.ZERO);
        assertThat(html(
                        new DiskSection(List.of(new DiskView("/d1", null, false, null, DiskActivity.NONE, null)))
                                ::write))
                .containsPattern("data-sort=\"-1\"[^>]*><div>unknown<");
        assertThat(
                        html(new DiskSection(
                                List.of(new DiskView("/d2", null, false, endless, DiskActivity.NONE, null)))::write))
                .containsPattern("data-sort=\"" + Long.MAX_VALUE + "\"[^>]*><div>no limit<");
        assertThat(html(events(event(1, EventKind.DEFERRAL, "a", "stays"))::write))
                .contains("rowheader\" data-sort=\"" + NOW.minusSeconds(30).toEpochMilli() + '"', ">Deferral<");
        LoadSample unmeasured = new LoadSample(NOW, Duration.ofSeconds(10), 10, 4096 * 10, 0, null, null);
        assertThat(html(new LoadSection(List.of(unmeasured), NOW)::write))
                .contains("rowheader\" data-sort=\"" + NOW.toEpochMilli() + '"')
                .containsPattern("data-sort=\"1000\"[^>]*><div>1")
                .containsPattern("data-sort=\"4096\"[^>]*><div>4")
                .containsPattern("data-sort=\"-1\"[^>]*><div>–<");
    }

    @Test
    void tellsTheServicesOwnState() throws IOException {
        DiskView hung = new DiskView("/d1", null, true, null, DiskActivity.NONE, null);
        assertThat(frame(List.of(), 0)).contains("state good\">In order<", "<h1>agent-1:7337</h1>");
        assertThat(frame(List.of(hung), 7))
                .contains("state bad\">Needs attention<", "Disk /d1 does not answer.", "7 changes in memory only");
    }

    @Test
    void showsEveryKindOfEventInAFloodOfOne() throws IOException {
        List<EventView> all = new ArrayList<>();
        all.add(event(1, EventKind.EXPIRY, "old", "expired"));
        for (int i = 2; i < 500; i++) {
            all.add(event(i, EventKind.REGISTRATION, "new", "executor " + i));
        }

        String page = html(events(all.toArray(EventView[]::new))::write);

        assertThat(page).contains(">expired<", ">executor 499<").doesNotContain(">executor 400<");
        assertThat(page.indexOf("executor 499")).isLessThan(page.indexOf("executor 498"));
    }

    @Test
    void showsWhatSomebodyHasSetBeforeTheDefaults() throws IOException {
        String page = html(new ConfigurationSection(
                List.of(new ConfigEntry("a", "1", "default"), new ConfigEntry("b", "********", "/etc/file")))::write);

        assertThat(page.indexOf(">b<")).isLessThan(page.indexOf("<details"));
        assertThat(page.indexOf(">a<")).isGreaterThan(page.indexOf("<details"));
    }

    @Test
    void drawsTheLoadAndSaysItInWords() throws IOException {
        List<LoadSample> samples = List.of(sample(20, 1000, 10 << 20), sample(10, 0, 0), sample(0, 2000, 20 << 20));
        LoadSection load = new LoadSection(samples, NOW);

        assertThat(load.current().blocksPerSecond()).isEqualTo(200);
        assertThat(html(load::write))
                .contains("role=\"img\"", "aria-labelledby=\"throughput-title throughput-summary\"")
                .contains("now 2.0 MiB/s, at most 2.0 MiB/s", "class=\"area first\"", "<caption>Load of the last hour");
        assertThat(html(new LoadSection(List.of(), NOW)::write)).contains("Nothing was measured yet");
    }

    private static String frame(List<DiskView> disks, int deferredWrites) throws IOException {
        ServiceStatus service =
                new ServiceStatus("1.0", "17", NOW, Duration.ofDays(3), "::1", 7337, 2, 5, deferredWrites);
        PageFrame frame = new PageFrame(service, "agent-1", NOW);
        return html(html -> {
            frame.begin(html, disks);
            frame.end(html);
        });
    }

    private static ApplicationSection applications(
            List<ApplicationView> apps, @Nullable String after, @Nullable String next) {
        return new ApplicationSection(new ApplicationViews.Page<>(apps, next), apps.size(), after, 50);
    }

    private static ApplicationView app(String id, String state, String reason) {
        return new ApplicationView(
                id,
                state,
                reason,
                "expires in 2 h",
                Duration.ofHours(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(90),
                12,
                3,
                new UsageView(5_000_000_000L, true, Duration.ofSeconds(1)));
    }

    private static EventSection events(EventView... events) {
        return new EventSection(
                (after, limit) -> List.of(events).subList(Math.max(0, events.length - limit), events.length), NOW);
    }

    private static EventView event(long number, EventKind kind, String application, String text) {
        return new EventView(number, NOW.minusSeconds(30), kind, application, text);
    }

    private static LoadSample sample(long age, long blocks, long bytes) {
        return new LoadSample(
                NOW.minusSeconds(age),
                Duration.ofSeconds(10),
                blocks,
                bytes,
                0,
                Duration.ofMillis(1),
                Duration.ofMillis(9));
    }

    private static String html(Part part) throws IOException {
        StringWriter out = new StringWriter();
        try (HtmlWriter html = new HtmlWriter(out)) {
            part.write(html);
        }
        return out.toString();
    }
}
