package dev.mesosshuffle.host;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is seen of the host at one moment, as far as it concerns dirs that may be in use.
 *
 * @param openFiles what its processes have open
 * @param uptime for how long it has been up; null if that cannot be told
 */
public record HostSnapshot(OpenFiles openFiles, @Nullable Duration uptime) {
    private static final Path PROC = Path.of("/proc");

    public static HostSnapshot now() {
        return new HostSnapshot(OpenFiles.look(PROC, ProcessHandle.current().pid()), HostUptime.of(PROC));
    }
}
