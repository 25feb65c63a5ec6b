package dev.mesosshuffle.host;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of the host at one moment, as far as it concerns dirs that may be in use.
 *
 * @param openFiles what its processes have open
 * @param uptime how long it has been up; null if unknown
 */
public record HostSnapshot(OpenFiles openFiles, @Nullable Duration uptime) {
    private static final Path PROC = Path.of("/proc");

    /** Takes a snapshot. Works on the disk: an open file may lie on a disk that hangs. */
    public static HostSnapshot now() {
        return new HostSnapshot(OpenFiles.inspect(PROC, ProcessHandle.current().pid()), HostUptime.of(PROC));
    }
}
