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

    /** What a text must look like, as it stands in a message after "expected:". */
    String expected();
}
