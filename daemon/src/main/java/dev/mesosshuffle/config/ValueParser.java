package dev.mesosshuffle.config;

/**
 * From a setting's text to its value.
 *
 * @param <T> what comes out
 */
interface ValueParser<T> {
    /**
     * Parses a text without surrounding blanks.
     *
     * @throws IllegalArgumentException if the text is not what {@link #expected()} says
     */
    T parse(String text);

    /** The syntax of a text, as it follows "expected:" in a message. */
    String expected();
}
