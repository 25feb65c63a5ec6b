package dev.mesosshuffle.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileAgeClockTest {
    private static final long START = 1_700_000_000_000L;
    private static final Duration RUN = Duration.ofHours(100);

    /** By what the wall clock is set forward, and how long the process has run. */
    private long shiftMillis;

    private long nanos = Long.MAX_VALUE - 1000;
    private final long nanosAtStart = nanos;

    private final FileAgeClock clock = new FileAgeClock(this::wallMillis, () -> nanos);

    private long wallMillis() {
        return START + Duration.ofNanos(nanos - nanosAtStart).toMillis() + shiftMillis;
    }

    /**
     * A file is written ten hours ago, by a clock that was set forward by so much since the start, and then is set to
     * something else.
     */
    @ParameterizedTest
    @CsvSource({
        // Never set: its age is its age.
        "0, 0, 10",
        // Set after it was written, forward or back: the clock of the start knows it.
        "0, 30, 10",
        "0, 9000, 10",
        "0, -5, 5",
        "0, -30, 10",
        // Set before it was written, and not since: the clock of today knows it.
        "30, 30, 10",
        "9000, 9000, 10",
        "-30, -30, 10",
        "5, 5, 5",
        // Set before and after: nobody knows it, and the smaller one is taken.
        "7, 9000, 3",
        "7, 10, 3",
        // As long as that makes sense.
        "12, 9000, 8998",
        // It lies in the future by both.
        "30, 0, -20",
        "9000, 8000, -990"
    })
    void tellsTheSmallerOfTwoAgesThatAreNotInTheFuture(long hoursWhenWritten, long hoursNow, long age) {
        nanos += RUN.minusHours(10).toNanos();
        shiftMillis = Duration.ofHours(hoursWhenWritten).toMillis();
        long written = wallMillis();
        nanos += Duration.ofHours(10).toNanos();
        shiftMillis = Duration.ofHours(hoursNow).toMillis();
        assertThat(Duration.ofNanos(clock.ageNanos(written))).isEqualTo(Duration.ofHours(age));
    }
}
