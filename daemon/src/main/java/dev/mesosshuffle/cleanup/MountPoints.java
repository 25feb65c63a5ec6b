package dev.mesosshuffle.cleanup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads what is mounted where. A dir's device tells most mounts from what they lie in, but not one that shows another
 * part of the same device (a bind mount); only this list does.
 */
final class MountPoints {
    private static final Path mountInfo = Path.of("/proc/self/mountinfo");

    /** Counted from 0, the field of {@code mountinfo} that holds the mount point. */
    private static final int MOUNT_POINT = 4;

    private MountPoints() {}

    /**
     * Lists the mount points at and below a dir, as this process sees them: as text, since a path is not made of what
     * this process's locale cannot spell.
     */
    static Set<String> under(Path dir) throws IOException {
        Set<String> found = new HashSet<>();
        for (String line : new String(Files.readAllBytes(mountInfo), StandardCharsets.UTF_8).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (fields.length > MOUNT_POINT) {
                String mountPoint = unescape(fields[MOUNT_POINT]);
                if (mountPoint.equals(dir.toString()) || mountPoint.startsWith(dir + "/")) {
                    found.add(mountPoint);
                }
            }
        }
        return found;
    }

    /** Undoes {@code \040} and the like, which stand for space, tab, newline and backslash. */
    private static String unescape(String field) {
        StringBuilder result = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                result.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                result.append(field.charAt(i));
            }
        }
        return result.toString();
    }
}
