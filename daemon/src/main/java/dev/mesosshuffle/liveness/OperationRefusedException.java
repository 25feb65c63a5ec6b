package dev.mesosshuffle.liveness;

/** An operator's command was rejected. The message is one line, for the operator. */
public final class OperationRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    OperationRefusedException(String message) {
        super(message);
    }
}
