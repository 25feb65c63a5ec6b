package dev.mesosshuffle.blocks;

import java.io.IOException;
import java.nio.file.Path;

/** An index and its data file do not belong together, as after the map task ran again. A retry may succeed. */
final class StaleIndexException extends IOException {
    private static final long serialVersionUID = 1L;

    private StaleIndexException(String message) {
        super(message);
    }

    static StaleIndexException wrongLength(BlockFile data, long dataLength, long expected) {
        return new StaleIndexException(
                data.path() + ": " + dataLength + " bytes (expected: " + expected + ", as its index says)");
    }

    static StaleIndexException withoutIndex(Path data, Path index) {
        return new StaleIndexException(data + ": is newer than its index (expected: " + index
                + " of the same map task attempt, which is written after it)");
    }

    static StaleIndexException replaced(Path file) {
        return new StaleIndexException(file + ": was replaced since it was opened");
    }
}
