package dev.mesosshuffle.cleanup;

import java.io.IOException;

/** A root is not what it was when a dir below it was registered: its disk is not mounted, most likely. */
public final class RootAwayException extends IOException {
    RootAwayException(String message) {
        super(message);
    }
}
