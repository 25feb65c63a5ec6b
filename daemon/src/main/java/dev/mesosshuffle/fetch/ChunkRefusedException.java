package dev.mesosshuffle.fetch;

/** A chunk that cannot be had; the text is what the client is told. */
public final class ChunkRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    ChunkRefusedException(String error) {
        super(error, null, false, false);
    }

    /** What the client is told. */
    public String error() {
        return String.valueOf(getMessage());
    }
}
