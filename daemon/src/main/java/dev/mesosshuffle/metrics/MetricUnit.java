package dev.mesosshuffle.metrics;

/** The unit of a metric's value in JMX, and by what it is multiplied for Prometheus, which knows base units alone. */
enum MetricUnit {
    /** A number of things. */
    COUNT(1),
    /** Bytes. */
    BYTES(1),
    /** Seconds. */
    SECONDS(1),
    /** Milliseconds, which are seconds in Prometheus. */
    MILLISECONDS(1e-3),
    /** Microseconds, which are seconds in Prometheus. */
    MICROSECONDS(1e-6),
    /** Hundredths, which are a ratio in Prometheus. */
    PERCENT(1e-2);

    private final double factor;

    MetricUnit(double factor) {
        this.factor = factor;
    }

    /** Converts a value from this unit to Prometheus's. */
    double toBaseUnit(double value) {
        return value * factor;
    }
}
