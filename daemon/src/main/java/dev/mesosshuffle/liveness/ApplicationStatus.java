package dev.mesosshuffle.liveness;

import java.time.Duration;

/**
 * Where an application stands, for operators.
 *
 * @param appId the application
 * @param state its state, by the name that it has in the metrics
 * @param reason why it is in that state
 * @param outlook what will happen, and when
 * @param quiet how long ago it last gave a sign of life, or became known
 */
public record ApplicationStatus(String appId, String state, String reason, String outlook, Duration quiet) {}
