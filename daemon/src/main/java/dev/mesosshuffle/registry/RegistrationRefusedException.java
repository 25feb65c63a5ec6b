package dev.mesosshuffle.registry;

/** An executor cannot be registered with these directories. The message is for the client. */
public final class RegistrationRefusedException extends Exception {
    RegistrationRefusedException(String message) {
        super(message);
    }
}
