package dev.mesosshuffle.host;

import java.io.IOException;

/** A root is not what it was when a dir below it was registered: its disk is not mounted, most likely. */
public final class RootUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean sure;

    /**
     * Makes one.
     *
     * @param sure whether it was seen to be another one, or not to be there; else it could not be looked at
     */
    RootUnavailableException(String message, boolean sure) {
        super(message);
        this.sure = sure;
    }

    public boolean isSure() {
        return sure;
    }
}
