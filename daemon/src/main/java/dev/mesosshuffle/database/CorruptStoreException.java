package dev.mesosshuffle.database;

/** The file is no database, or its content is damaged. */
public final class CorruptStoreException extends Exception {
    CorruptStoreException(String message) {
        super(message);
    }
}
