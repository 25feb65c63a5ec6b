package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The mounts at and below a directory, as this process sees them. The device of a directory distinguishes most mounts from
 * what they lie in, but not a bind mount of another part of the same device; only the kernel's list does.
 *
 * <p>Names are compared byte by byte, because the text of a path depends on this process's locale and the kernel's list does
 * not. Here each byte is one char (ISO 8859-1) in any locale.
 */
public final class MountPoints {
    private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");

    /** Counted from 0, the field of {@code mountinfo} that holds the mount point. */
    private static final int MOUNT_POINT = 4;

    /** {@code id parent major:minor root mount-point options - type source}, and more. */
    private static final int MIN_FIELDS = 9;

    private final Set<String> mounted;

    private MountPoints(Set<String> mounted) {
        this.mounted = mounted;
    }

    /**
     * Reads the current mounts at and below a directory.
     *
     * @throws IOException if they cannot be determined
     */
    public static MountPoints under(Path dir) throws IOException {
        byte[] list;
        try {
            list = Files.readAllBytes(MOUNT_INFO);
        } catch (IOException e) {
            // With a text of its own: the list is missing, and not the directory.
            throw new IOException(dir + ": the mounts in it cannot be determined (" + e + ")", e);
        }
        return in(list, dir);
    }

    /** The same, from the contents of {@code mountinfo}. */
    public static MountPoints in(byte[] list, Path dir) throws IOException {
        if (list.length == 0 || list[list.length - 1] != '\n') {
            throw new IOException(dir + ": the mounts in it cannot be determined (the list is incomplete)");
        }
        String top = bytes(dir);
        String below = top.endsWith("/") ? top : top + '/';
        Set<String> found = new HashSet<>();
        for (String line : new String(list, 0, list.length - 1, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (fields.length < MIN_FIELDS || !fields[MOUNT_POINT].startsWith("/")) {
                throw new IOException(dir + ": the mounts in it cannot be determined (a line of the list is invalid)");
            }
            String mountPoint = unescape(fields[MOUNT_POINT]);
            if (mountPoint.equals(top) || mountPoint.startsWith(below)) {
                found.add(mountPoint);
            }
        }
        return new MountPoints(found);
    }

    /** Returns whether nothing is mounted there. */
    public boolean isEmpty() {
        return mounted.isEmpty();
    }

    /** Returns whether something is mounted at exactly that path, which lies in the directory. */
    public boolean contains(Path path) {
        return !mounted.isEmpty() && mounted.contains(bytes(path));
    }

    /** Returns one of them, for messages. */
    public String any() {
        return mounted.isEmpty() ? "" : new String(latin1(mounted.iterator().next()), StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String bytes) {
        return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Returns the bytes of an absolute path. The JDK exposes them in URIs only: there each byte that is no plain character
     * is written as {@code %XX}.
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
        // That of a directory ends with a slash.
        int end = result.length() - 1;
        if (end > 0 && result.charAt(end) == '/') {
            result.setLength(end);
        }
        return result.toString();
    }

    /** Decodes {@code \040} and the like, which stand for space, tab, newline and backslash. */
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
