package dev.mesosshuffle.benchmark.cases;

/** What is measured, with its unit. */
public enum Metric {
    BLOCKS_PER_SECOND("blocks/s", 0),
    MB_PER_SECOND("MB/s", 0),
    CPU_MICROS_PER_BLOCK("CPU µs/block", 2),
    CPU_SECONDS_PER_GB("CPU s/GB", 3),
    P50_MILLIS("p50 ms", 2),
    P99_MILLIS("p99 ms", 2),
    MAX_MILLIS("max ms", 1),
    RESIDENT_MB("RSS MB", 0),
    PEAK_RESIDENT_MB("peak RSS MB", 0),
    DISK_READ_MB("MB from disk", 0),
    CLIENT_CPU_MICROS_PER_BLOCK("client µs/block", 2),

    START_MILLIS("start ms", 0),
    START_CPU_SECONDS("start CPU s", 2),
    IDLE_RESIDENT_MB("idle RSS MB", 0),

    P99_BEFORE_MILLIS("p99 before, ms", 2),
    P99_DURING_MILLIS("p99 during, ms", 2),
    RESIDENT_BEFORE_MB("RSS before, MB", 0),
    RESIDENT_DURING_MB("RSS during, MB", 0),
    RESIDENT_AFTER_MB("RSS after, MB", 0),
    FILES_BEFORE("open files before", 0),
    FILES_DURING("open files during", 0),
    FILES_AFTER("open files after", 0);

    private final String label;
    private final int decimals;

    Metric(String label, int decimals) {
        this.label = label;
        this.decimals = decimals;
    }

    /** The name in tables. */
    public String label() {
        return label;
    }

    /** How many decimals say something. */
    public int decimals() {
        return decimals;
    }
}
