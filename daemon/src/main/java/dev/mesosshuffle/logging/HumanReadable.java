package dev.mesosshuffle.logging;

import java.time.Duration;
import java.util.Locale;

/** Sizes and times as people read them. */
public final class HumanReadable {
    private static final int STEP = 1024;
    private static final String UNITS = "KMGTPE";

    private HumanReadable() {}

    /** Such as {@code 512 B} or {@code 1.5 KiB}. */
    public static String bytes(long bytes) {
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

    /**
     * Such as {@code 250 ms}, {@code 120 s}, {@code 15 min} or {@code 24 h}.
     *
     * @param nanos the time in ns
     */
    public static String time(long nanos) {
        Duration time = Duration.ofNanos(nanos);
        if (time.toMillis() < 1000) {
            return time.toMillis() + " ms";
        }
        if (time.toMinutes() < 10) {
            return time.toSeconds() + " s";
        }
        return time.toHours() < 10 ? time.toMinutes() + " min" : time.toHours() + " h";
    }
}
