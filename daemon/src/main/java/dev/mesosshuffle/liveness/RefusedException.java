package dev.mesosshuffle.liveness;

/** What an operator wants is not done. The message is one line, fit for the operator. */
public final class RefusedException extends Exception {
    RefusedException(String message) {
        super(message);
    }
}
