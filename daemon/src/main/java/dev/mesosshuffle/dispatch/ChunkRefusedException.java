package dev.mesosshuffle.dispatch;

/** A chunk that cannot be had; the text is what the client is told. */
final class ChunkRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    ChunkRefusedException(String error) {
        super(error, null, false, false);
    }

    /** What the client is told. */
    String error() {
        return String.valueOf(getMessage());
    }
}
