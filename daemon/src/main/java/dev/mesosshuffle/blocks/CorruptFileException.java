package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.file.Path;

/** A file with invalid content; reading it again does not help. */
final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptFileException(Path path, String reason) {
        super(path + ": " + reason);
    }

    static CorruptFileException noSuchBlock(Path path, long blocks, ShuffleBlockId block) {
        return new CorruptFileException(
                path,
                "has " + blocks + " blocks (requested: " + block.startReduceId() + " to " + block.endReduceId() + ")");
    }
}
