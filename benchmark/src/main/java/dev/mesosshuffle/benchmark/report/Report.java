package dev.mesosshuffle.benchmark.report;

import dev.mesosshuffle.benchmark.cases.Metric;
import dev.mesosshuffle.benchmark.cases.Result;
import dev.mesosshuffle.benchmark.cases.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Results as text. */
public final class Report {
    private Report() {}

    /**
     * One table for each set of metrics, with the medians of each service and their ratio, one of how costs grow, and one of
     * the targets.
     */
    public static String markdown(List<Result> results) {
        Map<Set<Metric>, List<Result>> alike = new LinkedHashMap<>();
        results.forEach(result -> alike.computeIfAbsent(result.metrics(), metrics -> new ArrayList<>())
                .add(result));
        StringBuilder out = new StringBuilder();
        alike.forEach((metrics, group) -> out.append(table(metrics, group)).append('\n'));
        String growth = GrowthTable.markdown(results);
        if (!growth.isEmpty()) {
            out.append(growth).append('\n');
        }
        if (results.stream().anyMatch(result -> !result.targets().isEmpty())) {
            out.append(targets(results)).append('\n');
        }
        return out.toString();
    }

    private static String table(Set<Metric> metrics, List<Result> results) {
        List<String> header = new ArrayList<>(List.of("case", "what", "service"));
        metrics.forEach(metric -> header.add(metric.label()));
        Table table = new Table(header, 3);
        for (Result result : results) {
            for (String service : result.services()) {
                List<String> row = new ArrayList<>(List.of(result.name(), result.description(), service));
                metrics.forEach(metric -> row.add(number(result.median(service, metric), metric.decimals())));
                table.add(row);
            }
            List<String> others = result.services().subList(1, result.services().size());
            for (String other : others) {
                String label = others.size() == 1 ? "ratio" : "ratio to " + other;
                List<String> row = new ArrayList<>(List.of("", "", label));
                metrics.forEach(metric -> row.add(number(result.ratio(other, metric), 2)));
                table.add(row);
            }
        }
        return table.toMarkdown();
    }

    private static String targets(List<Result> results) {
        Table table = new Table(List.of("case", "figure", "compared with", "met", "measured", "at most"), 4);
        for (Result result : results) {
            for (Target target : result.targets()) {
                double measured = target.measured(result);
                table.add(List.of(
                        result.name(),
                        target.metric().label(),
                        target.service(),
                        measured <= target.atMost() ? "yes" : "no",
                        number(measured, 3),
                        number(target.atMost(), 3)));
            }
        }
        return table.toMarkdown();
    }

    private static String number(double value, int decimals) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Each figure of each round on a line of its own. */
    public static String csv(List<Result> results) {
        StringBuilder out = new StringBuilder("case,service,round,metric,value\n");
        for (Result result : results) {
            result.rounds().forEach((service, rounds) -> {
                for (int round = 0; round < rounds.size(); round++) {
                    String start = result.name() + "," + service + "," + (round + 1) + ",";
                    rounds.get(round)
                            .values()
                            .forEach((metric, value) -> out.append(start)
                                    .append('"')
                                    .append(metric.label())
                                    .append('"')
                                    .append(',')
                                    .append(String.format(Locale.ROOT, "%.4f", value))
                                    .append('\n'));
                }
            });
        }
        return out.toString();
    }
}
