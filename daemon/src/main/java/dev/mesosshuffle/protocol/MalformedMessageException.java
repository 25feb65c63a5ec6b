package dev.mesosshuffle.protocol;

/** Bytes that are no message of the protocol. The message names the value and what was expected. */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
