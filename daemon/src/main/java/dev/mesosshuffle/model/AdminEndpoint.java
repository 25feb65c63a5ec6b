package dev.mesosshuffle.model;

/** The parts of the admin server, by which operators open them to everybody. */
public enum AdminEndpoint {
    /** {@code /metrics}. */
    METRICS,
    /** {@code /health/}. */
    HEALTH,
    /** The status page, with its style sheet and script. */
    PAGE,
    /** {@code /api/v1/}. */
    API
}
