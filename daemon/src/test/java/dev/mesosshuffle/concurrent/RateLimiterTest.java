package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time passes only by the work that is said to take it, and by resting. */
final class RateLimiterTest {
    private final ManualTicker time = new ManualTicker();
    private final List<Duration> pauses = new ArrayList<>();
    private int rate;

    private RateLimiter limiter(int filesPerSecond) {
        rate = filesPerSecond;
        return new RateLimiter(() -> rate, time, nanos -> {
            pauses.add(Duration.ofNanos(nanos));
            time.pass(Duration.ofNanos(nanos));
        });
    }

    private void files(RateLimiter limiter, int count, Duration each) {
        for (int i = 0; i < count; i++) {
            limiter.acquire();
            time.pass(each);
        }
    }

    @Test
    void keepsTheRateWhereFilesTakeNoTime() {
        long before = time.read();
        files(limiter(1000), 3001, Duration.ZERO);
        assertThat(Duration.ofNanos(time.read() - before)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void doesNotPauseWithinABatch() {
        files(limiter(1000), 10, Duration.ofMillis(100));
        assertThat(pauses).isEmpty();
    }

    @Test
    void subtractsTheTimeOfTheFilesFromThePause() {
        files(limiter(1000), 11, Duration.ofNanos(300_000));
        assertThat(pauses).containsExactly(Duration.ofMillis(7));
    }

    @Test
    void pausesForAsLongAsFilesTookWhereTheyTakeLong() {
        files(limiter(1000), 11, Duration.ofMillis(20));
        assertThat(pauses).containsExactly(Duration.ofMillis(200));
    }

    @Test
    void doesNotPauseForLongAfterADiskThatHung() {
        files(limiter(1000), 11, Duration.ofMinutes(1));
        assertThat(pauses).containsExactly(RateLimiter.MAX_SLEEP);
    }

    @Test
    void pausesAfterEachFileAtALowRate() {
        files(limiter(2), 3, Duration.ZERO);
        assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofMillis(500));
    }

    @Test
    void keepsARateThatChanges() {
        RateLimiter limiter = limiter(0);
        files(limiter, 1000, Duration.ZERO);
        rate = 2;
        files(limiter, 3, Duration.ZERO);
        assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofMillis(500));
        rate = 0;
        files(limiter, 1000, Duration.ZERO);
        rate = 2;
        files(limiter, 2, Duration.ZERO);
        assertThat(pauses).hasSize(3);
    }

    @Test
    void pausesNeverWhileUnthrottledAndThenAgain() {
        RateLimiter limiter = limiter(2);
        limiter.setUnthrottled(true);
        files(limiter, 100, Duration.ofMillis(1));
        assertThat(pauses).isEmpty();
        limiter.setUnthrottled(false);
        files(limiter, 2, Duration.ZERO);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void pausesNeverWithoutALimit() {
        files(limiter(0), 100_000, Duration.ofMillis(1));
        assertThat(pauses).isEmpty();
    }
}
