package dev.mesosshuffle.database;

/** The store could not be opened, read or written. The message is for an operator. */
public final class StoreException extends Exception {
    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
