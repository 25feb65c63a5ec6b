package dev.mesosshuffle.page;

import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.status.LoadSample;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What was served within the last hour, as charts and as figures. */
final class LoadSection {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int DECIMAL = 1000;

    private static final int BINARY = 1024;

    /** Half a minute. */
    private static final int SAMPLES_PER_POINT = 3;

    /** One sample in so many has a row in the table: one in five minutes. */
    private static final int SAMPLES_PER_ROW = 30;

    private static final String DISK_TIME = "Time of a batch of reads";

    private final List<LoadSample> samples;
    private final Instant now;

    /**
     * The load of the last interval.
     *
     * @param blocksPerSecond blocks sent
     * @param bytesPerSecond bytes of those
     */
    record Current(double blocksPerSecond, double bytesPerSecond) {}

    /**
     * Creates a section.
     *
     * @param samples the oldest first
     * @param now when the page is made
     */
    LoadSection(List<LoadSample> samples, Instant now) {
        this.samples = samples;
        this.now = now;
    }

    Current current() {
        if (samples.isEmpty()) {
            return new Current(0, 0);
        }
        LoadSample last = samples.get(samples.size() - 1);
        return new Current(perSecond(last, last.blocks()), perSecond(last, last.bytes()));
    }

    private static double perSecond(LoadSample sample, long amount) {
        return amount * NANOS_PER_SECOND / Math.max(1, sample.interval().toNanos());
    }

    void write(HtmlWriter html) throws IOException {
        SectionHeading.begin(html, "load", "Load of the last hour");
        if (samples.isEmpty()) {
            html.element("p", "empty", "Nothing was measured yet; the first figures appear within ten seconds.");
            html.end().line();
            return;
        }
        html.begin("div", "charts").line();
        throughput(html);
        latency(html);
        html.end().line();
        table(html);
        html.end().line();
    }

    private void throughput(HtmlWriter html) throws IOException {
        List<LineChart.Point> bytes = points(sample -> perSecond(sample, sample.bytes()));
        Current current = current();
        LineChart chart = new LineChart(
                "throughput",
                "Throughput",
                "Bytes of blocks sent per second: now " + rate(current.bytesPerSecond()) + ", at most "
                        + rate(max(bytes)) + ".",
                LoadSection::rate,
                BINARY);
        begin(html, chart.title());
        legend(html, "first", "now " + rate(current.bytesPerSecond()) + ", peak " + rate(max(bytes)));
        chart.write(html, List.of(new LineChart.Series("Throughput", "first", true, bytes)));
        html.end().line();
    }

    private void latency(HtmlWriter html) throws IOException {
        List<LineChart.Point> median = points(sample -> millis(sample.medianLatency()));
        List<LineChart.Point> p99 = points(sample -> millis(sample.p99Latency()));
        LineChart chart = new LineChart(
                "latency",
                DISK_TIME,
                "Time of a batch of reads on a disk: the median is at most " + time(max(median))
                        + ", the 99th percentile at most " + time(max(p99)) + ".",
                LoadSection::time,
                DECIMAL);
        begin(html, chart.title());
        legend(html, "first", "median");
        legend(html, "second", "99th percentile, peak " + time(max(p99)));
        chart.write(
                html,
                List.of(
                        new LineChart.Series("99th percentile", "second", false, p99),
                        new LineChart.Series("Median", "first", false, median)));
        html.end().line();
    }

    private static void begin(HtmlWriter html, String title) throws IOException {
        html.begin("figure").begin("figcaption").element("strong", title).end().line();
    }

    private static void legend(HtmlWriter html, String cssClass, String text) throws IOException {
        html.element("span", "legend " + cssClass, text);
    }

    /** Joins a few samples to a point, their highest value: no peak is lost, and the line is calm. */
    private List<LineChart.Point> points(Function<LoadSample, @Nullable Double> value) {
        List<LineChart.Point> points = new ArrayList<>();
        for (int from = 0; from < samples.size(); from += SAMPLES_PER_POINT) {
            List<LoadSample> some = samples.subList(from, Math.min(samples.size(), from + SAMPLES_PER_POINT));
            Double highest = null;
            for (LoadSample sample : some) {
                Double its = value.apply(sample);
                highest = highest == null || (its != null && its > highest) ? its : highest;
            }
            Instant end = some.get(some.size() - 1).time();
            points.add(new LineChart.Point(Duration.between(end, now).toMillis(), highest));
        }
        return points;
    }

    private static double max(List<LineChart.Point> points) {
        return points.stream()
                .mapToDouble(point -> point.value() == null ? 0 : point.value())
                .max()
                .orElse(0);
    }

    private static @Nullable Double millis(@Nullable Duration time) {
        return time == null ? null : time.toNanos() / NANOS_PER_MILLI;
    }

    private static String rate(double bytesPerSecond) {
        return HumanReadable.bytes(Math.round(bytesPerSecond)) + "/s";
    }

    private static String time(double millis) {
        return QuantityText.latency(Duration.ofNanos(Math.round(millis * NANOS_PER_MILLI)));
    }

    /** The same for readers of text, at larger intervals, the newest first. */
    private void table(HtmlWriter html) throws IOException {
        html.begin("details")
                .attribute("id", "load-figures")
                .element("summary", "Figures")
                .line();
        TableWriter table = new TableWriter(
                html,
                "Load of the last hour",
                TableWriter.Column.text("Time"),
                TableWriter.Column.number("Blocks/s"),
                TableWriter.Column.number("Bytes/s"),
                TableWriter.Column.number("Failed blocks"),
                TableWriter.Column.number("Median"),
                TableWriter.Column.number("99th percentile"));
        for (int i = samples.size() - 1; i >= 0; i -= SAMPLES_PER_ROW) {
            row(html, table, samples.get(i));
        }
        table.end();
        html.end().line();
    }

    private void row(HtmlWriter html, TableWriter table, LoadSample sample) throws IOException {
        table.beginRow();
        table.beginHeading(sample.time().toEpochMilli());
        EventSection.age(html, sample.time(), now);
        table.endCell();
        double blocks = perSecond(sample, sample.blocks());
        table.cell(Math.round(blocks * DECIMAL), QuantityText.number(blocks));
        double bytes = perSecond(sample, sample.bytes());
        table.cell(Math.round(bytes), rate(bytes));
        table.count(sample.failures());
        table.latency(sample.medianLatency());
        table.latency(sample.p99Latency());
        table.endRow();
    }
}
