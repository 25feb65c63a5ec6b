package dev.mesosshuffle.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class RetryBackoffTest {
    private static final long FIRST = 1_000;
    private static final long MAX = 60_000;

    @Test
    void doublesUpToTheMaximum() {
        RetryBackoff longest = new RetryBackoff(FIRST, MAX, new FixedRandom(0));
        assertThat(LongStream.of(0, 1, 2, 3, 4, 5, 6, 7, 1_000_000).map(n -> longest.delayNanos((int) n)))
                .containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, MAX, MAX, MAX);
    }

    @Test
    void isShortenedByHalfAtMost() {
        RetryBackoff shortest = new RetryBackoff(FIRST, MAX, new FixedRandom(Math.nextDown(1.0)));
        assertThat(shortest.delayNanos(0)).isBetween(500L, 501L);
        assertThat(shortest.delayNanos(100)).isBetween(30_000L, 30_001L);
    }

    @Test
    void differsBetweenDriversThatLostAServiceAtOnce() {
        RetryBackoff backoff = new RetryBackoff(FIRST, MAX, new Random(1));
        assertThat(LongStream.range(0, 100)
                        .map(n -> backoff.delayNanos(3))
                        .distinct()
                        .count())
                .isGreaterThan(90);
    }

    @Test
    void doesNotOverflowWithTheLongestTimes() {
        HeartbeatTiming timing = new HeartbeatTiming(Long.MAX_VALUE);
        RetryBackoff backoff = new RetryBackoff(timing.firstRetryNanos(), timing.maxRetryNanos(), new FixedRandom(0));
        assertThat(LongStream.range(0, 100).map(n -> backoff.delayNanos((int) n)))
                .allMatch(delay -> delay > 0);
    }

    private static final class FixedRandom extends Random {
        private final double value;

        FixedRandom(double value) {
            this.value = value;
        }

        @Override
        public double nextDouble() {
            return value;
        }
    }
}
