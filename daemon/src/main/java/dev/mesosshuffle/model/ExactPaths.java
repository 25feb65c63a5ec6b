package dev.mesosshuffle.model;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Converts paths to text and back unambiguously. Names on a disk are bytes. Clients, the registry and the kernel's lists
 * encode them in UTF-8; but the JVM encodes them by the locale that it was started with, so that without UTF-8 one text
 * means another name, or none. A text by which something is stored, compared or deleted must mean the same everywhere.
 */
public final class ExactPaths {
    private static final boolean IS_UTF_8 =
            StandardCharsets.UTF_8.equals(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));

    private ExactPaths() {}

    /**
     * Converts a text to a path.
     *
     * @param text the path in UTF-8, as from a client or from the registry
     * @return the path that it means everywhere
     * @throws InvalidPathException if it is none, or cannot be spelled in the locale of this process
     */
    public static Path of(String text) {
        if (!IS_UTF_8 && !isAscii(text)) {
            throw new InvalidPathException(
                    text, "not to be spelled in this process's locale, start it in one with UTF-8 (LC_ALL=C.UTF-8)");
        }
        return Path.of(text);
    }

    /**
     * Returns whether a path's text means that path everywhere.
     *
     * @param path a path, maybe as the kernel lists it
     * @return false if its name is not UTF-8, or cannot be spelled in the locale of this process
     */
    public static boolean isExact(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return true;
        }
        try {
            return IS_UTF_8 && Path.of(text).equals(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
