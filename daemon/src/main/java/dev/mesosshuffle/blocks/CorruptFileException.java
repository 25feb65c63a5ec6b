package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.file.Path;

/** A file that does not hold what it should; reading it again does not help. */
final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptFileException(Path path, String reason) {
        super(path + ": " + reason);
    }

    static CorruptFileException noSuchBlock(Path path, long blocks, ShuffleBlockId asked) {
        return new CorruptFileException(
                path,
                "has " + blocks + " blocks (asked for: " + asked.startReduceId() + " to " + asked.endReduceId() + ")");
    }
}
