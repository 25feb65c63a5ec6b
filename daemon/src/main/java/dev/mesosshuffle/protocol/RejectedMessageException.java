package dev.mesosshuffle.protocol;

/** A message that gets a failure as its reply; the message of the exception is the text for the client. */
final class RejectedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    RejectedMessageException(String message) {
        super(message, null, false, false);
    }

    RejectedMessageException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
