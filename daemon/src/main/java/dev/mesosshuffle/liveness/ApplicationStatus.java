package dev.mesosshuffle.liveness;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An application's state, for operators.
 *
 * @param appId the application
 * @param state its state, by the name that it has in the metrics
 * @param reason why it is in that state
 * @param nextStep what happens next, and when
 * @param idle the time since its last liveness signal, or since it became known
 * @param sinceHeartbeat the time since the last heartbeat of any of its drivers; null if none has registered since the
 *     daemon started
 * @param nextStepIn the time until the next step without a further signal, zero if it is due; null if no time is set for it
 */
public record ApplicationStatus(
        String appId,
        String state,
        String reason,
        String nextStep,
        Duration idle,
        @Nullable Duration sinceHeartbeat,
        @Nullable Duration nextStepIn) {}
