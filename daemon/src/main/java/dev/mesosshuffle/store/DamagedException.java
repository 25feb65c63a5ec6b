package dev.mesosshuffle.store;

/** The file is no database, or its content is damaged. */
final class DamagedException extends Exception {
    DamagedException(String message) {
        super(message);
    }
}
