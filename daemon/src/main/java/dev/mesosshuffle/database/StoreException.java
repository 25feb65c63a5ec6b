package dev.mesosshuffle.database;

/** The store could not be opened, or did not keep what it was given. The message is fit for an operator. */
public final class StoreException extends Exception {
    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
