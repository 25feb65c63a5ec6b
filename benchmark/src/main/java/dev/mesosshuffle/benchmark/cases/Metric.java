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
    /** Over loopback, whoever is running when a packet arrives pays for receiving it; the sum does not depend on that. */
    BOTH_CPU_MICROS_PER_BLOCK("both, µs/block", 2),

    CPU_SECONDS("CPU s", 2),

    START_MILLIS("start ms", 0),
    START_CPU_SECONDS("start CPU s", 2),
    IDLE_RESIDENT_MB("idle RSS MB", 0),

    BLOCKS_BEFORE("blocks/s before", 0),
    BLOCKS_DURING("blocks/s during", 0),
    P99_BEFORE_MILLIS("p99 before, ms", 2),
    P99_DURING_MILLIS("p99 during, ms", 2),
    RESIDENT_BEFORE_MB("RSS before, MB", 0),
    RESIDENT_DURING_MB("RSS during, MB", 0),
    RESIDENT_AFTER_MB("RSS after, MB", 0),
    FILES_BEFORE("open files before", 0),
    FILES_DURING("open files during", 0),
    FILES_AFTER("open files after", 0),

    HEARTBEAT_P99_MILLIS("heartbeat p99 ms", 2),
    HEARTBEAT_MAX_MILLIS("heartbeat max ms", 1),
    REGISTRATION_P99_MILLIS("registration p99 ms", 2),
    REGISTRATION_MAX_MILLIS("registration max ms", 1),

    REMOVAL_SECONDS("removal s", 1),
    REMOVAL_CPU_SECONDS("removal CPU s", 2),
    SMALL_P99_BEFORE_MILLIS("10 KiB p99 before, ms", 2),
    SMALL_P99_DURING_MILLIS("10 KiB p99 during, ms", 2),
    LARGER_P99_BEFORE_MILLIS("100 KiB p99 before, ms", 2),
    LARGER_P99_DURING_MILLIS("100 KiB p99 during, ms", 2),

    MANY_PEAK_MB("500 connections, MB", 0),
    LARGE_PEAK_MB("16 MiB blocks, MB", 0),
    STALLED_SMALL_PEAK_MB("1000 stalled, 10 KiB, MB", 0),
    STALLED_LARGE_PEAK_MB("1000 stalled, 1 MiB, MB", 0),

    HANDSHAKES_PER_SECOND("handshakes/s", 0),
    THOUSAND_HANDSHAKES_SECONDS("s for 1000", 2),
    CPU_MICROS_PER_HANDSHAKE("CPU µs/handshake", 0),
    CLIENT_CPU_MICROS_PER_HANDSHAKE("client µs/handshake", 0),

    RESTORE_MILLIS("restore ms", 0),
    REGISTRATIONS_PER_SECOND("registrations/s", 0),
    CHECK_MICROS_FEW("check µs, few", 0),
    CHECK_MICROS_MANY("check µs, many", 0),
    DISCONNECT_MICROS_FEW("disconnect µs, few", 1),
    DISCONNECT_MICROS_MANY("disconnect µs, many", 1);

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
