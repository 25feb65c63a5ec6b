package dev.mesosshuffle.host;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** Another user than this process's and root could change what a path leads to. */
public final class UnsafePathException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean isForeign;

    UnsafePathException(Path path, String found, String expected, boolean isForeign) {
        super(path + " " + found + " (expected: " + expected + ")");
        this.isForeign = isForeign;
    }

    /**
     * Whether another user owns it, or any user could have written or replaced it. Otherwise it is this user's or root's and
     * only unusual: its group may write, it has a second name, or it is no regular file. What it says may be true then.
     */
    public boolean isForeign() {
        return isForeign;
    }
}
