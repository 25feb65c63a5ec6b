package dev.mesosshuffle.status;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was served within the last hour. For any thread; never waits. */
@FunctionalInterface
public interface LoadHistory {
    /** One that keeps nothing. */
    LoadHistory NONE = List::of;

    /** Returns the samples, oldest first. */
    List<LoadSample> samples();

    /**
     * Returns the latency of the tasks of a disk that ended within the last minute.
     *
     * @param root its root, as configured
     * @return null if there were none
     */
    default @Nullable LatencyView diskLatency(Path root) {
        return null;
    }
}
