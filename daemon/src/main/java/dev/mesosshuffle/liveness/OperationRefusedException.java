package dev.mesosshuffle.liveness;

/** What an operator wants is not done. The message is one line, fit for the operator. */
public final class OperationRefusedException extends Exception {
    OperationRefusedException(String message) {
        super(message);
    }
}
