package dev.mesosshuffle.database;

/** The file is not a database, or its content is corrupt. */
public final class CorruptStoreException extends Exception {
    CorruptStoreException(String message) {
        super(message);
    }
}
