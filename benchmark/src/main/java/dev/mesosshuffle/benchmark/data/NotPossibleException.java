package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A case needs what this machine, or this user, does not have. */
public final class NotPossibleException extends IOException {
    private static final long serialVersionUID = 1;

    NotPossibleException(@Nullable String reason) {
        super(reason);
    }
}
