package dev.mesosshuffle.registry;

/** An executor cannot be registered with these directories. The message is for the operator; the client gets it unless it is confidential. */
public final class RegistrationRefusedException extends Exception {
    private final boolean confidential;

    RegistrationRefusedException(String message, boolean confidential) {
        super(message);
        this.confidential = confidential;
    }

    /** Returns whether the message tells of applications or files that are no business of who registers. */
    public boolean isConfidential() {
        return confidential;
    }
}
