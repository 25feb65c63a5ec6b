package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What is mounted at and below a dir, as this process sees it. A dir's device tells most mounts from what they lie in,
 * but not one that shows another part of the same device (a bind mount); only the kernel's list does.
 *
 * <p>Names are compared byte by byte: the list is what the kernel has, and as text a path is what this process's locale
 * makes of it. Here each byte is one char (ISO 8859-1), whatever the locale is.
 */
public final class MountPoints {
    private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");

    /** Counted from 0, the field of {@code mountinfo} that holds the mount point. */
    private static final int MOUNT_POINT = 4;

    /** {@code id parent major:minor root mount-point options - type source}, and more. */
    private static final int FEWEST_FIELDS = 9;

    private final Set<String> mounted;

    private MountPoints(Set<String> mounted) {
        this.mounted = mounted;
    }

    /**
     * Reads what is mounted at and below a dir now.
     *
     * @throws IOException if that cannot be told
     */
    public static MountPoints under(Path dir) throws IOException {
        byte[] list;
        try {
            list = Files.readAllBytes(MOUNT_INFO);
        } catch (IOException e) {
            // In words of its own: what is missing is the list, and not what it is read for.
            throw new IOException(dir + ": what is mounted in it cannot be told (" + e + ")", e);
        }
        return in(list, dir);
    }

    /** The same, of a list that was read. */
    public static MountPoints in(byte[] list, Path dir) throws IOException {
        if (list.length == 0 || list[list.length - 1] != '\n') {
            throw new IOException(dir + ": what is mounted in it cannot be told (the list is not whole)");
        }
        String top = bytes(dir);
        String below = top.endsWith("/") ? top : top + '/';
        Set<String> found = new HashSet<>();
        for (String line : new String(list, 0, list.length - 1, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (fields.length < FEWEST_FIELDS || !fields[MOUNT_POINT].startsWith("/")) {
                throw new IOException(dir + ": what is mounted in it cannot be told (a line of the list is none)");
            }
            String mountPoint = unescape(fields[MOUNT_POINT]);
            if (mountPoint.equals(top) || mountPoint.startsWith(below)) {
                found.add(mountPoint);
            }
        }
        return new MountPoints(found);
    }

    public boolean isEmpty() {
        return mounted.isEmpty();
    }

    /** Whether something is mounted at just that path, which lies in the dir. */
    public boolean contains(Path path) {
        return !mounted.isEmpty() && mounted.contains(bytes(path));
    }

    /** One of them, for people. */
    public String any() {
        return mounted.isEmpty() ? "" : new String(latin1(mounted.iterator().next()), StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String bytes) {
        return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The bytes of an absolute path. The JDK shows them in URIs alone: there each byte that is no plain character is
     * written as {@code %XX}.
     */
    static String bytes(Path path) {
        String uri = path.toUri().getRawPath();
        StringBuilder result = new StringBuilder(uri.length());
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                result.append((char) Integer.parseInt(uri, i + 1, i + 3, 16));
                i += 2;
            } else {
                result.append(uri.charAt(i));
            }
        }
        // That of a dir ends with a slash.
        int end = result.length() - 1;
        if (end > 0 && result.charAt(end) == '/') {
            result.setLength(end);
        }
        return result.toString();
    }

    /** Undoes {@code \040} and the like, which stand for space, tab, newline and backslash. */
    private static String unescape(String field) throws IOException {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder result = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\') {
                result.append(octal(field, i + 1));
                i += 3;
            } else {
                result.append(field.charAt(i));
            }
        }
        return result.toString();
    }

    private static char octal(String field, int start) throws IOException {
        try {
            int value = Integer.parseInt(field, start, start + 3, 8);
            if (value > 0 && value <= 0xff) {
                return (char) value;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException("mount point: " + field + " (expected: \\ and three octal digits)", e);
        }
        throw new IOException("mount point: " + field + " (expected: the number of a byte)");
    }
}
