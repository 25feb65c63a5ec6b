package dev.mesosshuffle.host;

import dev.mesosshuffle.concurrent.TimeLimiter;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/** Takes snapshots of the host. Works on the disk: an open file that it inspects may lie on a disk that hangs. */
@FunctionalInterface
public interface HostInspector {
    /**
     * Takes a snapshot.
     *
     * @throws IOException if it cannot be taken, or not in time
     */
    HostSnapshot inspect() throws IOException;

    /** Returns an inspector of this host whose snapshots take no longer than a limiter allows. */
    static HostInspector limitedBy(TimeLimiter limiter) {
        return () -> {
            try {
                return limiter.call("one of the files that this host's processes have open", HostSnapshot::now);
            } catch (ExecutionException e) {
                throw new IOException("cannot determine which files are in use: " + e.getCause(), e);
            }
        };
    }
}
