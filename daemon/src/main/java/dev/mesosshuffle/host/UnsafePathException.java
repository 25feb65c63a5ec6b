package dev.mesosshuffle.host;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** Another user than this process's and root could change what a path leads to. */
public final class UnsafePathException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    UnsafePathException(Path path, String found, String expected) {
        super(path + " " + found + " (expected: " + expected + ")");
    }
}
