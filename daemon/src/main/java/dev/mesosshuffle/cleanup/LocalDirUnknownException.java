package dev.mesosshuffle.cleanup;

/**
 * A local dir of which this service cannot tell whether it would accept it, for it lacks descriptors or memory just now.
 * The message is fit for the client, which tries again, and for the operator.
 */
public final class LocalDirUnknownException extends Exception {
    LocalDirUnknownException(String message) {
        super(message);
    }
}
