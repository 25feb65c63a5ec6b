package dev.mesosshuffle;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** A reason that fits on one line of a terminal or a supervisor's log. */
final class OneLine {
    private OneLine() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        if (failure instanceof FileSystemException file && file.getReason() == null) {
            // Its message is the file's name alone; what is wrong with it is in the name of the class.
            return failure.toString();
        }
        return message == null || message.isBlank() ? failure.toString() : message;
    }

    static String of(@Nullable String message) {
        return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
