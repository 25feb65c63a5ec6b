package dev.mesosshuffle.store;

/** The database that is open is not the one at its path any more, and could not be written there again yet. */
final class RegistryLostException extends Exception {
    RegistryLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
