package dev.mesosshuffle.model;

/**
 * A part of a file.
 *
 * @param offset where the part begins, in bytes
 * @param length how long it is, in bytes
 */
public record FileSegment(long offset, long length) {
    /**
     * Checks both numbers.
     *
     * @throws IllegalArgumentException if either is negative
     */
    public FileSegment {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "segment of a file: offset " + offset + ", length " + length + " (expected: both >= 0)");
        }
    }
}
