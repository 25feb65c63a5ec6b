package dev.mesosshuffle.page;

import dev.mesosshuffle.logging.HumanReadable;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** Amounts as people read them, with the exact one in the title. */
final class QuantityText {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final long HOURS_PER_DAY = 24;
    private static final long MINUTES_PER_HOUR = 60;
    private static final double TEN = 10;
    private static final double THOUSAND = 1000;

    private QuantityText() {}

    /** A count, such as {@code 12,345}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A number of something in words, such as {@code 1 executor} or {@code 12,345 executors}. */
    static String count(long count, String one) {
        return count(count) + ' ' + one + (count == 1 ? "" : "s");
    }

    /** A rate or another number that need not be whole: {@code 0}, {@code 0.4}, {@code 7.2}, {@code 1,234}. */
    static String number(double number) {
        if (number == 0) {
            return "0";
        }
        return number < TEN ? String.format(Locale.ROOT, "%.1f", number) : count(Math.round(number));
    }

    /** A time that has passed or will: {@code 12 s}, {@code 5 min}, {@code 3 h 20 min}, {@code 2 d 4 h}. */
    static String span(Duration time) {
        if (time.toMinutes() < 1) {
            return Math.max(0, time.toSeconds()) + " s";
        }
        if (time.toHours() < 1) {
            return time.toMinutes() + " min";
        }
        if (time.toDays() < 1) {
            long minutes = time.toMinutes() % MINUTES_PER_HOUR;
            return time.toHours() + " h" + (minutes == 0 ? "" : " " + minutes + " min");
        }
        long hours = time.toHours() % HOURS_PER_DAY;
        return time.toDays() + " d" + (hours == 0 ? "" : " " + hours + " h");
    }

    /** How long something takes: {@code 0.12 ms}, {@code 4.2 ms}, {@code 310 ms}, {@code 1.4 s}. */
    static String latency(Duration time) {
        double millis = time.toNanos() / NANOS_PER_MILLI;
        if (millis == 0) {
            return "0 ms";
        }
        if (millis < 1) {
            return String.format(Locale.ROOT, "%.2f ms", millis);
        }
        if (millis < TEN) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
        }
        return millis < THOUSAND ? Math.round(millis) + " ms" : String.format(Locale.ROOT, "%.1f s", millis / THOUSAND);
    }

    /** A share, such as {@code 42 %}. */
    static int percent(long part, long whole) {
        return whole <= 0 ? 0 : (int) Math.round(100.0 * part / whole);
    }

    /** Writes bytes in a unit that suits them. */
    static void bytes(HtmlWriter html, long bytes) throws IOException {
        exact(html, HumanReadable.bytes(bytes), count(bytes) + " bytes");
    }

    /** Writes a time that has passed. */
    static void span(HtmlWriter html, Duration time) throws IOException {
        exact(html, span(time), count(Math.max(0, time.toMillis())) + " ms");
    }

    /** Writes how long something takes. */
    static void latency(HtmlWriter html, Duration time) throws IOException {
        exact(html, latency(time), count(time.toNanos() / 1000) + " µs");
    }

    private static void exact(HtmlWriter html, String shown, String exact) throws IOException {
        html.begin("span").attribute("title", exact).text(shown).end();
    }
}
