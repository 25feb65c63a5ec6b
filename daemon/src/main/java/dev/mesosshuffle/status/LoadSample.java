package dev.mesosshuffle.status;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was served in an interval.
 *
 * @param time the end of the interval, by the host's clock
 * @param interval its length
 * @param blocks how many blocks were sent
 * @param bytes how many bytes of blocks were sent
 * @param failures how many blocks could not be read
 * @param medianLatency of the reads; null if there were none
 * @param p99Latency the time that one of a hundred reads has exceeded; null if there were none
 */
public record LoadSample(
        Instant time,
        Duration interval,
        long blocks,
        long bytes,
        long failures,
        @Nullable Duration medianLatency,
        @Nullable Duration p99Latency) {}
