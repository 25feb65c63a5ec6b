package dev.mesosshuffle.benchmark.cases;

/** Sizes as people write them. */
final class Sizes {
    static final int KIB = 1024;
    static final int MIB = 1024 * KIB;

    private Sizes() {}

    static String of(long bytes) {
        return bytes >= MIB ? bytes / MIB + " MiB" : bytes / KIB + " KiB";
    }
}
