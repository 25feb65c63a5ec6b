package dev.mesosshuffle.store;

/** The open database is no longer the one at its path, and could not be written there again yet. */
final class RegistryLostException extends Exception {
    RegistryLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
