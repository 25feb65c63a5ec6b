package dev.mesosshuffle.cleanup;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** It cannot be determined now whether another service owns a dir, so the dir is left untouched. */
final class OwnerUnknownException extends IOException {
    private static final long serialVersionUID = 1;

    OwnerUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
