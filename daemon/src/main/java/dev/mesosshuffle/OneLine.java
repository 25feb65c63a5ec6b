package dev.mesosshuffle;

import dev.mesosshuffle.model.ErrorMessages;
import org.jspecify.annotations.Nullable;

/** A reason that fits on one line of a terminal or a supervisor's log. */
final class OneLine {
    private OneLine() {}

    static String of(Throwable failure) {
        return ErrorMessages.of(failure);
    }

    static String of(@Nullable String message) {
        return ErrorMessages.oneLine(String.valueOf(message));
    }
}
