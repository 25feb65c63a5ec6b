package dev.mesosshuffle.cleanup;

/**
 * This service cannot determine whether it accepts a local dir, because it lacks descriptors or memory now. The message is
 * fit for the client, which retries, and for the operator.
 */
public final class LocalDirUnknownException extends Exception {
    LocalDirUnknownException(String message) {
        super(message);
    }
}
