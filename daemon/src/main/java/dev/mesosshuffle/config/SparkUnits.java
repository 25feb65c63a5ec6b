package dev.mesosshuffle.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times and sizes as Spark writes them: a whole number and a unit, without a blank between them. */
final class SparkUnits {
    /** A time beyond this means "never"; it is cut so that no sum of times can overflow. */
    static final Duration MAX_TIME = Duration.ofDays(36_500);

    private static final Pattern TIME = Pattern.compile("(-?[0-9]+)([a-z]+)?");
    private static final Pattern SIZE = Pattern.compile("([0-9]+)([a-z]+)?");

    private static final Map<String, ChronoUnit> TIME_UNITS = Map.of(
            "us", ChronoUnit.MICROS,
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "min", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    /** By how many bits a number is shifted. */
    private static final Map<String, Integer> SIZE_UNITS = Map.ofEntries(
            Map.entry("b", 0),
            Map.entry("k", 10),
            Map.entry("kb", 10),
            Map.entry("m", 20),
            Map.entry("mb", 20),
            Map.entry("g", 30),
            Map.entry("gb", 30),
            Map.entry("t", 40),
            Map.entry("tb", 40),
            Map.entry("p", 50),
            Map.entry("pb", 50));

    private SparkUnits() {}

    /**
     * Reads a time such as {@code 50s}, {@code 100ms} or {@code 2min}. Unlike Spark, which counts most of its timeouts
     * in whole seconds, nothing is rounded: {@code 500ms} stays half a second.
     *
     * @param text the time
     * @param bareUnit the unit of a number without one
     * @return the time, no further from zero than {@link #MAX_TIME}
     * @throws IllegalArgumentException if the text is not a time
     */
    static Duration time(String text, ChronoUnit bareUnit) {
        Matcher matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("time: " + text);
        }
        ChronoUnit unit = unit(TIME_UNITS, matcher.group(2), bareUnit, text);
        long amount = Long.parseLong(matcher.group(1));
        long most = MAX_TIME.dividedBy(unit.getDuration());
        return Duration.of(Math.max(-most, Math.min(most, amount)), unit);
    }

    /**
     * Reads a size such as {@code 100k} or {@code 16m}; the units are powers of 1024.
     *
     * @param text the size; a number without a unit is bytes
     * @return the size in bytes
     * @throws IllegalArgumentException if the text is not a size or too large for a {@code long}
     */
    static long size(String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("size: " + text);
        }
        int shift = unit(SIZE_UNITS, matcher.group(2), 0, text);
        long amount = Long.parseLong(matcher.group(1));
        if (amount > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("size: " + text);
        }
        return amount << shift;
    }

    /** The shortest text that {@link #size} reads back as the same number. */
    static String sizeText(long bytes) {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "g";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "m";
        }
        if (bytes != 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "k";
        }
        return bytes + "b";
    }

    private static <U> U unit(Map<String, U> units, @Nullable String name, U bare, String text) {
        if (name == null) {
            return bare;
        }
        U unit = units.get(name);
        if (unit == null) {
            throw new IllegalArgumentException("unit: " + text);
        }
        return unit;
    }
}
