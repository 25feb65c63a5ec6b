package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.protocol.ProtocolErrors;

/** Turns what went wrong in the background into one line, never into a stack trace. */
final class Failures {
    private Failures() {}

    /** What went wrong, without what it was wrapped in on its way. */
    static String text(Throwable error) {
        return ErrorMessages.of(error);
    }

    /** What the client is told. */
    static String forClient(Throwable error) {
        return ProtocolErrors.badRequest(text(error));
    }
}
