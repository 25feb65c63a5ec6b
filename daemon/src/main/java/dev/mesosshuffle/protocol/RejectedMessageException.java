package dev.mesosshuffle.protocol;

/** A message that can be answered with a failure; the text is what the client is told. */
final class RejectedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    RejectedMessageException(String message) {
        super(message, null, false, false);
    }

    RejectedMessageException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
