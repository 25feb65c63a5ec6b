package dev.mesosshuffle;

import org.jspecify.annotations.Nullable;

/** A reason that fits on one line of a terminal or a supervisor's log. */
final class OneLine {
    private OneLine() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.toString() : message;
    }

    static String of(@Nullable String message) {
        return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
