package dev.mesosshuffle.page;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Draws values of the last hour, or of what there is of it, as SVG in the page. Whoever cannot see it hears its summary; the figures are in a table beside
 * it. Series differ by their dashes too, not by colour alone.
 *
 * @param id a prefix of the ids of its elements, unique on the page
 * @param title what it shows
 * @param summary the same in a sentence with the last and the highest values
 * @param unit writes a value with its unit
 * @param base of the prefixes of units: 1000, or 1024 for bytes
 */
record LineChart(String id, String title, String summary, DoubleFunction<String> unit, int base) {
    private static final int WIDTH = 600;
    private static final int HEIGHT = 186;
    private static final int TOP = 20;
    private static final int BOTTOM = 162;
    private static final int GRID_LINES = 2;
    private static final int TICKS = 4;

    /** Soon after a start, a part of the hour is enough. */
    private static final int[] SPAN_MINUTES = {8, 20, 60};

    private static final int BINARY = 1024;
    private static final double TEN = 10;
    private static final double[] STEPS = {1, 2, 5, TEN};

    /** A longer pause than a few missed samples is shown as a gap. */
    private static final long GAP_MILLIS = 90_000;

    /**
     * A line.
     *
     * @param name its name in the legend
     * @param cssClass its class in the style sheet
     * @param isFilled whether the area below it is filled
     * @param points its points, the oldest first
     */
    record Series(String name, String cssClass, boolean isFilled, List<Point> points) {
        Series {
            points = List.copyOf(points);
        }
    }

    /**
     * A point.
     *
     * @param ageMillis how long ago it was
     * @param value its value; null if there was none
     */
    record Point(long ageMillis, @Nullable Double value) {}

    void write(HtmlWriter html, List<Series> lines) throws IOException {
        double top = niceCeiling(
                lines.stream()
                        .flatMap(line -> line.points().stream())
                        .mapToDouble(point -> point.value() == null ? 0 : point.value())
                        .max()
                        .orElse(0),
                base);
        html.begin("svg", "chart")
                .attribute("viewBox", "0 0 " + WIDTH + ' ' + HEIGHT)
                .attribute("role", "img")
                .attribute("aria-labelledby", id + "-title " + id + "-summary")
                .line();
        html.begin("title").attribute("id", id + "-title").text(title).end();
        html.begin("desc").attribute("id", id + "-summary").text(summary).end().line();
        long spanMillis = spanMillis(lines);
        writeGrid(html, top, spanMillis);
        for (Series line : lines) {
            if (line.isFilled()) {
                writePath(html, "area " + line.cssClass(), path(line.points(), top, spanMillis, true));
            }
        }
        for (Series line : lines) {
            writePath(html, "line " + line.cssClass(), path(line.points(), top, spanMillis, false));
            writePath(html, "dot " + line.cssClass(), dots(line.points(), top, spanMillis));
        }
        html.end().line();
    }

    private static long spanMillis(List<Series> lines) {
        long oldest = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToLong(Point::ageMillis)
                .max()
                .orElse(0);
        for (int minutes : SPAN_MINUTES) {
            long millis = Duration.ofMinutes(minutes).toMillis();
            if (oldest <= millis) {
                return millis;
            }
        }
        return Duration.ofMinutes(SPAN_MINUTES[SPAN_MINUTES.length - 1]).toMillis();
    }

    private void writeGrid(HtmlWriter html, double top, long spanMillis) throws IOException {
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = top * i / GRID_LINES;
            double y = y(value, top);
            html.begin("line", i == 0 ? "axis" : "grid")
                    .attribute("x1", "0")
                    .attribute("x2", Integer.toString(WIDTH))
                    .attribute("y1", coordinate(y))
                    .attribute("y2", coordinate(y))
                    .end();
            if (i > 0) {
                label(html, "2", y - 4, "start", unit.apply(value));
            }
        }
        for (int tick = 0; tick <= TICKS; tick++) {
            long millis = spanMillis * tick / TICKS;
            String anchor = tick == 0 ? "end" : tick == TICKS ? "start" : "middle";
            String text = tick == 0 ? "now" : "−" + Duration.ofMillis(millis).toMinutes() + " min";
            label(html, coordinate(x(millis, spanMillis)), HEIGHT - 6, anchor, text);
        }
        html.line();
    }

    private static void label(HtmlWriter html, String x, double y, String anchor, String text) throws IOException {
        html.begin("text")
                .attribute("x", x)
                .attribute("y", coordinate(y))
                .attribute("text-anchor", anchor)
                .text(text)
                .end();
    }

    private static void writePath(HtmlWriter html, String cssClass, String path) throws IOException {
        if (!path.isEmpty()) {
            html.begin("path", cssClass).attribute("d", path).end().line();
        }
    }

    /** The points without neighbours, which are no line; each is as long as nothing, and shown by the ends of the stroke. */
    private static String dots(List<Point> points, double top, long spanMillis) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            Double value = point.value();
            boolean follows = i > 0 && areNeighbours(points.get(i - 1), point);
            boolean precedes = i < points.size() - 1 && areNeighbours(point, points.get(i + 1));
            if (value != null && isWithin(point, spanMillis) && !follows && !precedes) {
                appendPoint(path, 'M', point.ageMillis(), value, top, spanMillis);
                path.append("h0");
            }
        }
        return path.toString();
    }

    private static boolean areNeighbours(Point earlier, Point later) {
        return earlier.value() != null
                && later.value() != null
                && earlier.ageMillis() - later.ageMillis() <= GAP_MILLIS;
    }

    private static boolean isWithin(Point point, long spanMillis) {
        return point.ageMillis() >= 0 && point.ageMillis() <= spanMillis;
    }

    private static String path(List<Point> points, double top, long spanMillis, boolean isArea) {
        StringBuilder path = new StringBuilder();
        Point last = null;
        for (Point point : points) {
            Double value = point.value();
            boolean isKnown = value != null && isWithin(point, spanMillis);
            boolean continues = isKnown && last != null && last.ageMillis() - point.ageMillis() <= GAP_MILLIS;
            if (isArea && last != null && !continues) {
                appendPoint(path, 'L', last.ageMillis(), 0, top, spanMillis);
            }
            if (isKnown && value != null) {
                if (isArea && !continues) {
                    appendPoint(path, 'M', point.ageMillis(), 0, top, spanMillis);
                }
                appendPoint(path, continues || isArea ? 'L' : 'M', point.ageMillis(), value, top, spanMillis);
                last = point;
            } else {
                last = null;
            }
        }
        if (isArea && last != null) {
            appendPoint(path, 'L', last.ageMillis(), 0, top, spanMillis);
        }
        return path.toString();
    }

    private static void appendPoint(
            StringBuilder path, char command, long ageMillis, double value, double top, long spanMillis) {
        path.append(command)
                .append(coordinate(x(ageMillis, spanMillis)))
                .append(' ')
                .append(coordinate(y(value, top)));
    }

    private static double x(long ageMillis, long spanMillis) {
        return WIDTH - (double) WIDTH * ageMillis / spanMillis;
    }

    private static double y(double value, double top) {
        return BOTTOM - (BOTTOM - TOP) * Math.min(value, top) / top;
    }

    private static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /**
     * The next round number from a value on, so that the labels are short: 1, 2 or 5 with zeros.
     *
     * @param base of the units: 1000, or 1024 for bytes
     */
    static double niceCeiling(double value, int base) {
        if (value <= 0 || !Double.isFinite(value)) {
            return base == BINARY ? BINARY : 1;
        }
        double prefix = Math.pow(base, Math.floor(Math.log(value) / Math.log(base)));
        double inUnit = value / prefix;
        double power = Math.pow(TEN, Math.floor(Math.log10(inUnit)));
        for (double step : STEPS) {
            double candidate = Math.min(step * power, base);
            if (inUnit <= candidate) {
                return candidate * prefix;
            }
        }
        return base * prefix;
    }
}
