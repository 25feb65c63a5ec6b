package dev.mesosshuffle.blocks;

import java.io.IOException;

/** An index and its data file do not belong together; the map task may have run again since the index was read. */
final class StaleIndexException extends IOException {
    private static final long serialVersionUID = 1L;

    StaleIndexException(PlacedFile data, long dataLength, long expected) {
        super(data.path() + ": " + dataLength + " bytes (expected: " + expected + ", as its index says)");
    }
}
