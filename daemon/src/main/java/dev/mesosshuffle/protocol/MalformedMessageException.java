package dev.mesosshuffle.protocol;

/** Bytes that are no message of the protocol; the text says what was found and what was expected. */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
