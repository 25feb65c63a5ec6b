package dev.mesosshuffle.logging;

/**
 * The one way to print a text that is not ours: in log lines ({@link SanitizedEvent}), replies to clients, and answers to
 * operators. Letters of all scripts stay as they are. What a terminal or a reader could be fooled by is shown as its
 * number, such as {@code \\u202e}: control and bidirectional characters, those of no width, blanks other than the
 * space, private and unassigned ones, lone surrogates, and what stands for bytes that are no text. A second pass changes
 * nothing.
 */
public final class Sanitizer {
    /** Ample for an id, a name or a path. */
    private static final int MAX_SHOWN = 200;

    /** Room for the mark of a cut. */
    private static final int MARK_BYTES = 40;

    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_ASCII = 0x7e;

    /** The decoder of UTF-8 puts it where bytes are none. */
    private static final int REPLACEMENT = 0xfffd;

    private Sanitizer() {}

    /**
     * Makes one value fit for a line.
     *
     * @param text any text
     * @return its first 200 characters, escaped, and how many are missing
     */
    public static String printable(String text) {
        if (text.length() <= MAX_SHOWN) {
            return escaped(text);
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_SHOWN - 1)) ? MAX_SHOWN - 1 : MAX_SHOWN;
        return escaped(text.substring(0, end)) + mark(text.length() - end);
    }

    /**
     * Makes a whole line or reply fit to be written.
     *
     * @param line any text
     * @param maxBytes how many bytes of UTF-8 it may have; at least 100
     * @return the line, escaped; if it was longer, its beginning and how many characters are missing
     */
    public static String line(String line, int maxBytes) {
        return line(line, line.length(), maxBytes);
    }

    /**
     * As {@link #line(String, int)}, of the beginning of a text alone.
     *
     * @param line the beginning, of at least {@code maxBytes} characters if that is not all of the text
     * @param length the length of the text
     */
    static String line(String line, int length, int maxBytes) {
        // The work is bounded too: no character has less than a byte.
        if (length <= maxBytes && isPlain(line)) {
            return line;
        }
        StringBuilder result = new StringBuilder(Math.min(line.length(), maxBytes) + MARK_BYTES);
        int bytes = 0;
        int endBeforeMark = 0;
        int shownBeforeMark = 0;
        for (int i = 0; i < line.length(); ) {
            int codePoint = line.codePointAt(i);
            int begin = result.length();
            append(result, codePoint);
            bytes += result.length() - begin > 2 ? result.length() - begin : utf8Bytes(codePoint);
            if (bytes > maxBytes) {
                return cut(result, endBeforeMark, length - shownBeforeMark);
            }
            i += Character.charCount(codePoint);
            if (bytes <= maxBytes - MARK_BYTES) {
                endBeforeMark = result.length();
                shownBeforeMark = i;
            }
        }
        return length > line.length() ? cut(result, endBeforeMark, length - shownBeforeMark) : result.toString();
    }

    private static String cut(StringBuilder shown, int end, int missing) {
        shown.setLength(end);
        return shown.append(mark(missing)).toString();
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

    private static String mark(int missing) {
        return "... (" + missing + " characters more)";
    }

    private static String escaped(String text) {
        if (isPlain(text)) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length() + MARK_BYTES);
        text.codePoints().forEach(codePoint -> append(result, codePoint));
        return result.toString();
    }

    /** Nearly every text is, and is not copied. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < FIRST_PRINTABLE || c > LAST_ASCII) {
                return false;
            }
        }
        return true;
    }

    private static int utf8Bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return Character.isBmpCodePoint(codePoint) ? 3 : 4;
    }

    private static void append(StringBuilder result, int codePoint) {
        if (isPrintable(codePoint)) {
            result.appendCodePoint(codePoint);
        } else if (Character.isBmpCodePoint(codePoint)) {
            result.append("\\u").append(hex(codePoint, 4));
        } else {
            result.append("\\U").append(hex(codePoint, 8));
        }
    }

    private static String hex(int codePoint, int digits) {
        String hex = Integer.toHexString(codePoint);
        return "0".repeat(digits - hex.length()) + hex;
    }

    private static boolean isPrintable(int codePoint) {
        if (codePoint >= FIRST_PRINTABLE && codePoint <= LAST_ASCII) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SURROGATE -> false;
            default -> codePoint != REPLACEMENT && !isInvisible(codePoint);
        };
    }

    /** Letters, marks and symbols that Unicode defines to be drawn as nothing, or as a blank. */
    private static boolean isInvisible(int codePoint) {
        return codePoint == 0x34f // combining grapheme joiner
                || codePoint == 0x115f // fillers of Hangul
                || codePoint == 0x1160
                || codePoint == 0x3164
                || codePoint == 0xffa0
                || codePoint == 0x17b4 // inherent vowels of Khmer
                || codePoint == 0x17b5
                || codePoint == 0x2800 // the empty pattern of Braille
                || (codePoint >= 0x180b && codePoint <= 0x180f) // variation selectors
                || (codePoint >= 0xfe00 && codePoint <= 0xfe0f)
                || (codePoint >= 0xe0100 && codePoint <= 0xe01ef);
    }
}
