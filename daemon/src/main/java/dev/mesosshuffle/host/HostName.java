package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this host as the kernel has it: nobody else is asked, who might not answer. */
public final class HostName {
    private static final Path FILE = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /** Returns the name; {@code localhost} if it cannot be read. */
    public static String read() {
        try {
            String name = Files.readString(FILE).strip();
            return name.isEmpty() ? "localhost" : name;
        } catch (IOException e) {
            return "localhost";
        }
    }
}
