package dev.mesosshuffle.process;

import java.util.List;

/**
 * Whether the daemon works, as its watchdog judges it.
 *
 * @param isHealthy whether each component has responded within the last minute
 * @param unresponsive the names of those that have not responded to the last probe
 */
public record HealthReport(boolean isHealthy, List<String> unresponsive) {
    /** Nobody judges it yet, or at all. */
    public static final HealthReport UNWATCHED = new HealthReport(true, List.of());

    /** Keeps its own copy of the names. */
    public HealthReport {
        unresponsive = List.copyOf(unresponsive);
    }
}
