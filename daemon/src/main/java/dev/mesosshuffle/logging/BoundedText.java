package dev.mesosshuffle.logging;

/**
 * A text of any length, of which as much is kept as a line can show: its beginning as it was, and its length. So however often
 * it is cut, a line says how much of the text is missing, not of an earlier line. Immutable.
 */
final class BoundedText {
    private final String beginning;

    /** In characters. */
    private final int length;

    /**
     * Keeps the beginning of a text.
     *
     * @param text any text
     * @param maxBytes the most bytes of {@link #line}; no character has less than one
     */
    BoundedText(String text, int maxBytes) {
        beginning = text.length() <= maxBytes ? text : text.substring(0, maxBytes);
        length = text.length();
    }

    /**
     * Makes a line of it, as {@link Sanitizer#line} does.
     *
     * @param maxBytes how many bytes of UTF-8 it may have; at least 100
     */
    String line(int maxBytes) {
        return Sanitizer.line(beginning, length, maxBytes);
    }

    /** Returns about how many bytes of the heap it keeps beside a line of it, which is the same object if it shows all. */
    int estimatedBytesBeside(String line) {
        return line.length() == beginning.length() ? 0 : 2 * beginning.length();
    }
}
