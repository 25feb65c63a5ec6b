package dev.mesosshuffle.logging;

/** Makes text that a client sent fit for a log line or an error message. */
public final class Sanitizer {
    private static final int MAX_SHOWN = 200;

    private Sanitizer() {}

    /**
     * Shortens a text and replaces its control characters, so that it can neither flood nor forge a log.
     *
     * @param text any text
     * @return at most a few hundred printable characters
     */
    public static String printable(String text) {
        String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
        StringBuilder result = new StringBuilder(shown.length());
        shown.chars().forEach(c -> result.append(Character.isISOControl(c) ? '?' : (char) c));
        return result.toString();
    }

    /**
     * Tells whether a text could break a log line or a line of the store.
     *
     * @param text any text
     * @return whether it holds a control character
     */
    public static boolean hasControlCharacter(String text) {
        // A loop, since a stream for each text of a large registry would be felt when it is restored.
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
