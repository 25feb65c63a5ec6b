package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.protocol.ErrorText;
import java.util.concurrent.CompletionException;

/** Turns what went wrong in the background into one line, never into a stack trace. */
final class Failures {
    private Failures() {}

    /** What went wrong, without what it was wrapped in on its way. */
    static String text(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** What the client is told. */
    static String forClient(Throwable error) {
        return ErrorText.badRequest(text(error));
    }
}
