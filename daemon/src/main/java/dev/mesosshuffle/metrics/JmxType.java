package dev.mesosshuffle.metrics;

import java.util.Locale;

/** The types of metrics in JMX, which are a part of their names there. */
enum JmxType {
    /** A number that is counted up, or up and down. */
    COUNTERS,
    /** A number that is read when it is asked for. */
    GAUGES,
    /** A number that is counted up, with its rates. */
    METERS,
    /** Durations, with their rate and quantiles. */
    TIMERS;

    /** Returns the type as it stands in a name. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
