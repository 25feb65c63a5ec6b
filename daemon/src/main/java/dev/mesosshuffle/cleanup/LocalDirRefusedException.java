package dev.mesosshuffle.cleanup;

/** A dir that this service neither accepts nor deletes. The message is fit for the client and for the operator. */
public final class LocalDirRefusedException extends Exception {
    private final String detail;

    LocalDirRefusedException(String message) {
        this(message, "");
    }

    LocalDirRefusedException(String message, String detail) {
        super(message);
        this.detail = detail;
    }

    /** What only the operator is told, as a sentence; blank if there is nothing more. */
    public String detail() {
        return detail;
    }
}
