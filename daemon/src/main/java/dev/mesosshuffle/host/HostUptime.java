package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the host has been up, sleep included. Nothing sets that clock; but in a container it may be the container's own:
 * another file mounted over {@code /proc/uptime}, as lxcfs does, or a time namespace.
 */
final class HostUptime {
    /** {@code PROC_TIME_INIT_INO} of the kernel. */
    private static final String FIRST_TIME_NAMESPACE = "time:[4026531834]";

    private HostUptime() {}

    /**
     * Reads it.
     *
     * @param proc {@code /proc}
     * @return the time, or null if it is unknown
     */
    static @Nullable Duration of(Path proc) {
        Path uptime = proc.resolve("uptime");
        Path namespace = proc.resolve("self/ns/time");
        try {
            // Names in it are bytes in any encoding.
            if (Files.readString(proc.resolve("self/mountinfo"), StandardCharsets.ISO_8859_1)
                    .contains(" " + uptime + " ")) {
                return null;
            }
            if (!isFirstTimeNamespace(namespace)) {
                return null;
            }
            String seconds = Files.readString(uptime).split(" ", -1)[0];
            return Duration.ofMillis((long) (1000 * Double.parseDouble(seconds)));
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }

    private static boolean isFirstTimeNamespace(Path namespace) throws IOException {
        try {
            return Files.readSymbolicLink(namespace).toString().equals(FIRST_TIME_NAMESPACE);
        } catch (NoSuchFileException e) {
            // Kernels before 5.6 have no such namespaces.
            return true;
        }
    }
}
