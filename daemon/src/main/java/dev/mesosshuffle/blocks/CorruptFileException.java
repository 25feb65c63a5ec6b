package dev.mesosshuffle.blocks;

import java.io.IOException;
import java.nio.file.Path;

/** A file that does not hold what it should; reading it again does not help. */
final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptFileException(Path path, String reason) {
        super(path + ": " + reason);
    }
}
