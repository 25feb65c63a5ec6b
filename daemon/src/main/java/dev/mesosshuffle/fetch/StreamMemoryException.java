package dev.mesosshuffle.fetch;

/** There is no memory for one more stream, until others have ended. */
final class StreamMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StreamMemoryException(long bytes, long freeBytes) {
        super(
                "a stream needs " + bytes + " bytes of memory (expected: at most " + freeBytes + " now)",
                null,
                false,
                false);
    }
}
