package dev.mesosshuffle.cleanup;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Whether somebody else owns a dir cannot be told for now, so nothing is done to it. */
final class OwnerUnknownException extends IOException {
    private static final long serialVersionUID = 1;

    OwnerUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
