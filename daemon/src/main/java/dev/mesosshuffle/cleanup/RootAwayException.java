package dev.mesosshuffle.cleanup;

import java.io.IOException;

/** A root is not what it was when a dir below it was registered: its disk is not mounted, most likely. */
public final class RootAwayException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean sure;

    /**
     * Makes one.
     *
     * @param sure whether it was seen to be another one, or not to be there; else it could not be looked at
     */
    RootAwayException(String message, boolean sure) {
        super(message);
        this.sure = sure;
    }

    boolean isSure() {
        return sure;
    }
}
