package dev.mesosshuffle.registry;

/** An executor cannot be registered as it asks to be. The message is fit for the client. */
public final class RegistrationRefusedException extends Exception {
    RegistrationRefusedException(String message) {
        super(message);
    }
}
