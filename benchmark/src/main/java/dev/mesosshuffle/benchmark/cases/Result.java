package dev.mesosshuffle.benchmark.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All rounds of an experiment.
 *
 * @param name by which the command line selects it
 * @param description in a few words
 * @param rounds of each service, by its name; the first one is compared with the others
 * @param targets what its figures should be
 */
public record Result(String name, String description, Map<String, List<Measurements>> rounds, List<Target> targets) {
    /** Keeps the order of the services. */
    public Result {
        rounds = new LinkedHashMap<>(rounds);
        targets = List.copyOf(targets);
    }

    /** One without targets. */
    public Result(String name, String description, Map<String, List<Measurements>> rounds) {
        this(name, description, rounds, List.of());
    }

    /** The services' names. */
    public List<String> services() {
        return new ArrayList<>(rounds.keySet());
    }

    /** What was measured. */
    public Set<Metric> metrics() {
        return rounds.values().iterator().next().get(0).values().keySet();
    }

    /**
     * The median of a service's rounds; of an even number the mean of the two in the middle. NaN if there is nothing of
     * the kind to be measured of it.
     */
    public double median(String service, Metric metric) {
        double[] sorted = rounds.getOrDefault(service, List.of()).stream()
                .filter(figures -> figures.values().containsKey(metric))
                .mapToDouble(figures -> figures.get(metric))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The first service's median divided by the second's; NaN if there is no second, or if that is 0. */
    public double ratio(Metric metric) {
        List<String> services = services();
        if (services.size() < 2) {
            return Double.NaN;
        }
        return ratio(services.get(1), metric);
    }

    /** The first service's median divided by another's; NaN if there is no such figure, or if it is 0. */
    public double ratio(String service, Metric metric) {
        double other = median(service, metric);
        return other == 0 ? Double.NaN : median(services().get(0), metric) / other;
    }
}
