package dev.mesosshuffle.host;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a path, as the kernel has them. The text of a path may lack some: the JVM decodes it by the locale. */
final class PathBytes {
    /** No directory, so that nothing lies below it: the JDK looks at what it makes a URI of. */
    private static final Path NOWHERE = Path.of("/dev/null");

    private static final String NOWHERE_URI = NOWHERE + "/";
    private static final int HEX = 16;

    private PathBytes() {}

    /**
     * Returns them with a zero at the end, as C has texts.
     *
     * @param path an absolute path or a single name
     */
    static byte[] terminated(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return (text + '\0').getBytes(StandardCharsets.US_ASCII);
        }
        // A URI has each byte that is no letter or digit in hexadecimal, whatever the locale.
        Path relative = path.isAbsolute() ? Path.of("/").relativize(path) : path;
        String uri = NOWHERE.resolve(relative).toUri().getRawPath().substring(NOWHERE_URI.length());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length() + 2);
        if (path.isAbsolute()) {
            bytes.write('/');
        }
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), HEX));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    /** Called for each file that is opened. */
    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
