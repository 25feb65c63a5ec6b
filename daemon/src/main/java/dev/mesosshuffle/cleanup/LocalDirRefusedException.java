package dev.mesosshuffle.cleanup;

/** This service neither accepts nor deletes a dir. The message is for the operator; the client gets it unless it is confidential. */
public final class LocalDirRefusedException extends Exception {
    private final String detail;
    private final boolean confidential;

    /** Refuses a dir for its spelling. */
    LocalDirRefusedException(String message) {
        super(message);
        this.detail = "";
        this.confidential = false;
    }

    /** Refuses a dir for what was found on the disk. */
    LocalDirRefusedException(String message, String detail) {
        super(message);
        this.detail = detail;
        this.confidential = true;
    }

    /** Returns whether the message tells what exists on this host, which is no business of who named the dir. */
    public boolean isConfidential() {
        return confidential;
    }

    /** Returns a sentence for the operator alone; blank if there is nothing to add. */
    public String detail() {
        return detail;
    }
}
