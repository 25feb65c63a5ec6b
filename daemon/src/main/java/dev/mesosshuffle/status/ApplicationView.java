package dev.mesosshuffle.status;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An application.
 *
 * @param id its id as its driver or executors sent it, without control characters; to be escaped
 * @param state its state, by the name that it has in the metrics
 * @param reason why it is in that state, printable
 * @param nextStep what happens next, and when, printable
 * @param nextStepIn the time until then without a further signal, zero if it is due; null if no time is set for it
 * @param sinceSignal the time since its last liveness signal, or since it became known
 * @param sinceHeartbeat the time since the last heartbeat of any of its drivers; null if none has registered since the
 *     daemon started
 * @param executors how many executors it has registered
 * @param activeReads how many of its blocks are being read or sent now
 * @param usage what its directories hold; null if that has not been measured yet
 */
public record ApplicationView(
        String id,
        String state,
        String reason,
        String nextStep,
        @Nullable Duration nextStepIn,
        Duration sinceSignal,
        @Nullable Duration sinceHeartbeat,
        int executors,
        int activeReads,
        @Nullable UsageView usage) {}
