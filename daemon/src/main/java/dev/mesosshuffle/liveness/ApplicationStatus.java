package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * An application's state, for operators.
 *
 * @param appId the application
 * @param state its state, by the name that it has in the metrics
 * @param reason why it is in that state
 * @param nextStep what happens next, and when
 * @param idle the time since its last liveness signal, or since it became known
 */
public record ApplicationStatus(String appId, String state, String reason, String nextStep, Duration idle) {}
