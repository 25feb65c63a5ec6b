package dev.mesosshuffle.liveness;

import java.time.Duration;

/** How times are told to people. */
final class Texts {
    private Texts() {}

    /** Such as {@code 250 ms}, {@code 120 s}, {@code 15 min} or {@code 24 h}. */
    static String time(long nanos) {
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
