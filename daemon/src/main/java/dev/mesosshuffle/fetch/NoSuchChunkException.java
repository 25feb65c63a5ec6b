package dev.mesosshuffle.fetch;

import org.jspecify.annotations.Nullable;

/** A chunk was asked for that the connection does not have to offer. */
public final class NoSuchChunkException extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable Integer expectedIndex;

    private NoSuchChunkException(@Nullable Integer expectedIndex) {
        super("no such chunk", null, false, false);
        this.expectedIndex = expectedIndex;
    }

    static NoSuchChunkException unknownStream() {
        return new NoSuchChunkException(null);
    }

    static NoSuchChunkException outOfOrder(int expectedIndex) {
        return new NoSuchChunkException(expectedIndex);
    }

    /** The index whose turn it is, or null if there is no such stream. */
    public @Nullable Integer expectedIndex() {
        return expectedIndex;
    }
}
