package dev.mesosshuffle.benchmark.report;

import dev.mesosshuffle.benchmark.cases.Metric;
import dev.mesosshuffle.benchmark.cases.Result;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the cost of the same work grows with what a service has to do with beside it: 1 if it does not. */
final class GrowthTable {
    /**
     * Two cases with the same blocks.
     *
     * @param more what the second has more of, and how much
     */
    private record Pair(String from, String to, String more) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair("1k", "1k-5000", "20 times the files"),
            new Pair("1k", "1k-50000", "195 times the files"),
            new Pair("10k", "10k-5000", "20 times the files"),
            new Pair("10k", "10k-50000", "195 times the files"),
            new Pair("100k", "100k-5000", "78 times the files"),
            new Pair("10k", "500c", "31 times the connections"),
            new Pair("10k", "idle", "5,000 idle connections"));

    private GrowthTable() {}

    /** CPU time per block in one case, divided by that in another; empty if no pair of cases was measured. */
    static String markdown(List<Result> results) {
        Set<String> services = new LinkedHashSet<>();
        results.forEach(result -> services.addAll(result.services()));
        List<String> header = new ArrayList<>(List.of("CPU time per block with", "case", "compared with"));
        header.addAll(services);
        Table table = new Table(header, 3);
        boolean empty = true;
        for (Pair pair : PAIRS) {
            Result from = named(results, pair.from());
            Result to = named(results, pair.to());
            if (from != null && to != null) {
                List<String> row = new ArrayList<>(List.of(pair.more(), pair.to(), pair.from()));
                for (String service : services) {
                    row.add(growth(service, from, to));
                }
                table.add(row);
                empty = false;
            }
        }
        return empty ? "" : table.toMarkdown();
    }

    private static @Nullable Result named(List<Result> results, String name) {
        return results.stream()
                .filter(result -> result.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static String growth(String service, Result from, Result to) {
        double growth =
                to.median(service, Metric.CPU_MICROS_PER_BLOCK) / from.median(service, Metric.CPU_MICROS_PER_BLOCK);
        return Double.isFinite(growth) ? String.format(Locale.ROOT, "%.2f", growth) : "";
    }
}
