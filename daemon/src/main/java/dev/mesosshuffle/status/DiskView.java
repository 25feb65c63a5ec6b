package dev.mesosshuffle.status;

import dev.mesosshuffle.concurrent.DiskActivity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A root, which stands for a disk.
 *
 * @param root its path, as configured
 * @param unavailability why nothing can be done there, printable; null if something can
 * @param isHung whether it does not answer: its probe is overdue
 * @param capacity how full it was at its last successful probe; null if there was none
 * @param activity what its threads do
 * @param latency of the tasks that ended within the last minute; null if there were none
 */
public record DiskView(
        String root,
        @Nullable String unavailability,
        boolean isHung,
        @Nullable Capacity capacity,
        DiskActivity activity,
        @Nullable LatencyView latency) {
    /**
     * How full a root is.
     *
     * @param freeBytes what the daemon's user may still use
     * @param totalBytes the size of its file system
     * @param freeInodes how many more files can be created; null if that is unknown or unlimited
     * @param totalInodes how many files can exist; null likewise
     * @param age the time since this was measured
     */
    public record Capacity(
            long freeBytes,
            long totalBytes,
            @Nullable Long freeInodes,
            @Nullable Long totalInodes,
            Duration age) {}
}
