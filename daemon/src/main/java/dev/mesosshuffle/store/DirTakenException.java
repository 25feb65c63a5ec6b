package dev.mesosshuffle.store;

/**
 * A local dir cannot be registered, for the store knows that it belongs to another application or is being removed.
 * The message is fit for the client.
 */
public final class DirTakenException extends Exception {
    DirTakenException(String message) {
        super(message);
    }
}
