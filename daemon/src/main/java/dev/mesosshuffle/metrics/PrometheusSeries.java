package dev.mesosshuffle.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A series of Prometheus, or those that differ in their root alone: the family that it belongs to, and what tells it from the
 * others there.
 *
 * @param family the family's name, with its suffix
 * @param labels each label and its value
 * @param ofRoot whether there is one for each root, with the label {@code root}
 */
record PrometheusSeries(String family, Map<String, String> labels, boolean ofRoot) {
    /** What the names of the daemon's own families begin with. */
    static final String PREFIX = "mesos_shuffle_";

    /** The label of a root's path. */
    static final String ROOT_LABEL = "root";

    private static final Pattern FORM = Pattern.compile("(\\w+)(?:\\{(\\w+)=(\\w+)})?");

    enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        SUMMARY
    }

    PrometheusSeries {
        labels = Map.copyOf(labels);
    }

    /**
     * Reads a series as it stands in a declaration: {@code applications{state=alive}}, without the prefix.
     *
     * @throws IllegalArgumentException if it does not have this form
     */
    static PrometheusSeries parse(String text, boolean ofRoot) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("series: " + text + " (expected: family{label=value})");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        if (matcher.group(2) != null) {
            labels.put(matcher.group(2), matcher.group(3));
        }
        return new PrometheusSeries(PREFIX + matcher.group(1), labels, ofRoot);
    }

    /** Returns the type, which is known by the suffix: that of totals, of durations, of times by the JVM, or none. */
    Type type() {
        if (family.endsWith("_total")) {
            return Type.COUNTER;
        }
        if (family.endsWith("_collection_seconds")) {
            return Type.SUMMARY;
        }
        return family.endsWith("_duration_seconds") ? Type.HISTOGRAM : Type.GAUGE;
    }

    /** Returns the series as PromQL selects it; of a root, those of all roots. */
    String selector() {
        if (ofRoot) {
            return family + "{root}";
        }
        return labels.isEmpty()
                ? family
                : labels.entrySet().stream()
                        .map(label -> label.getKey() + "=\"" + label.getValue() + '"')
                        .collect(Collectors.joining(",", family + '{', "}"));
    }
}
