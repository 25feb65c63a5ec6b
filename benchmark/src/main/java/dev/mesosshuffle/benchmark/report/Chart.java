package dev.mesosshuffle.benchmark.report;

import dev.mesosshuffle.benchmark.cases.Metric;
import dev.mesosshuffle.benchmark.cases.Result;
import java.util.List;
import java.util.Locale;

/**
 * Bars that show for each case, which is described in words, how the first service compares with the second: its blocks per
 * second, and its CPU time per block, as shares of the other's. The picture takes the colours of the page that shows it.
 */
final class Chart {
    private static final int LABELS = 390;
    private static final int BARS = 440;
    private static final int FIGURES = 70;
    private static final int TOP = 86;
    private static final int BAR = 12;
    private static final int ROW = 2 * BAR + 14;

    private static final String STYLE = """
            <style>
              text { font: 13px sans-serif; fill: #24292f; }
              .small { font-size: 11px; }
              .rate { fill: #1a7f64; }
              .cpu { fill: #bf6a02; }
              .one { stroke: #57606a; stroke-dasharray: 4 3; }
              @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3; }
                .rate { fill: #3fb68f; }
                .cpu { fill: #e39b3a; }
                .one { stroke: #9198a1; }
              }
            </style>
            """;

    private final List<Result> results;
    private final String machine;
    /** What the longest bar stands for. */
    private final double longest;

    /**
     * Draws what can be compared, in the given order.
     *
     * @param machine where and when the figures were measured, in a line
     */
    Chart(List<Result> results, String machine) {
        this.machine = machine;
        this.results = results.stream().filter(Chart::isComparable).toList();
        this.longest = this.results.stream()
                .mapToDouble(result ->
                        Math.max(result.ratio(Metric.BLOCKS_PER_SECOND), result.ratio(Metric.CPU_MICROS_PER_BLOCK)))
                .reduce(1, Math::max);
    }

    private static boolean isComparable(Result result) {
        return result.metrics().contains(Metric.BLOCKS_PER_SECOND)
                && Double.isFinite(result.ratio(Metric.BLOCKS_PER_SECOND))
                && Double.isFinite(result.ratio(Metric.CPU_MICROS_PER_BLOCK));
    }

    String toSvg() {
        int width = LABELS + BARS + FIGURES;
        int height = TOP + results.size() * ROW + 10;
        StringBuilder out = new StringBuilder();
        out.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " role=\"img\">%n",
                width, height, width, height));
        out.append(STYLE);
        legend(out);
        int y = TOP;
        for (Result result : results) {
            out.append(format(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n",
                    LABELS - 10, y + 16, result.description()));
            bar(out, "rate", y, result.ratio(Metric.BLOCKS_PER_SECOND));
            bar(out, "cpu", y + BAR + 1, result.ratio(Metric.CPU_MICROS_PER_BLOCK));
            y += ROW;
        }
        int one = LABELS + length(1);
        out.append(format("<line class=\"one\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n", one, TOP - 8, one, y));
        return out.append("</svg>\n").toString();
    }

    private void legend(StringBuilder out) {
        String names = results.isEmpty()
                ? "nothing was compared"
                : results.get(0).services().get(0) + " compared with "
                        + results.get(0).services().get(1) + ", which is the dashed line";
        out.append(format("<title>%s</title>%n", names));
        out.append(format("<text x=\"12\" y=\"18\">%s</text>%n", names));
        out.append(format("<text class=\"small\" x=\"12\" y=\"36\">%s</text>%n", machine));
        key(out, 12, "rate", "blocks per second (more is better)");
        key(out, 242, "cpu", "CPU time per block (less is better)");
    }

    private static void key(StringBuilder out, int x, String kind, String text) {
        out.append(format("<rect class=\"%s\" x=\"%d\" y=\"50\" width=\"10\" height=\"10\"/>%n", kind, x));
        out.append(format("<text class=\"small\" x=\"%d\" y=\"59\">%s</text>%n", x + 15, text));
    }

    private void bar(StringBuilder out, String kind, int y, double ratio) {
        int length = length(ratio);
        // The figure stands right of the dashed line, not on it.
        out.append(format(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>%n", kind, LABELS, y, length, BAR));
        out.append(format(
                "<text class=\"small\" x=\"%d\" y=\"%d\">%.2f</text>%n",
                LABELS + Math.max(length, length(1)) + 6, y + BAR - 2, ratio));
    }

    private int length(double ratio) {
        return (int) Math.round(ratio / longest * BARS);
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern.replace("%n", "\n"), arguments);
    }
}
