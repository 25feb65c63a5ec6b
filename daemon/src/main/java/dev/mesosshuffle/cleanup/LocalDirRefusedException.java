package dev.mesosshuffle.cleanup;

/** This service neither accepts nor deletes a dir. The message is fit for the client and for the operator. */
public final class LocalDirRefusedException extends Exception {
    private final String detail;

    LocalDirRefusedException(String message) {
        this(message, "");
    }

    LocalDirRefusedException(String message, String detail) {
        super(message);
        this.detail = detail;
    }

    /** Returns a sentence for the operator alone; blank if there is nothing to add. */
    public String detail() {
        return detail;
    }
}
