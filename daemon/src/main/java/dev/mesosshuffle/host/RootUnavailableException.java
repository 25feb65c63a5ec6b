package dev.mesosshuffle.host;

import java.io.IOException;

/** A root is not what it was when a dir below it was registered; most likely its disk is not mounted. */
public final class RootUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean confirmed;

    /**
     * Creates one.
     *
     * @param confirmed whether it was found to be another one, or not to exist; otherwise it could not be read
     */
    RootUnavailableException(String message, boolean confirmed) {
        super(message);
        this.confirmed = confirmed;
    }

    /** Returns whether the root is another one, or does not exist; otherwise it could not be read. */
    public boolean isConfirmed() {
        return confirmed;
    }
}
