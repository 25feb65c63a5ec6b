package dev.mesosshuffle.cleanup;

import java.util.Locale;

/** Sizes as people read them. */
final class Bytes {
    private static final int STEP = 1024;
    private static final String UNITS = "KMGTPE";

    private Bytes() {}

    static String text(long bytes) {
        if (bytes < STEP) {
            return bytes + " B";
        }
        double size = bytes;
        int unit = -1;
        while (size >= STEP) {
            size /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", size, UNITS.charAt(unit));
    }
}
