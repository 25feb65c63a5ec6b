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
    private final List<Duration> rests = new ArrayList<>();
    private int rate;

    private RateLimiter pace(int filesPerSecond) {
        rate = filesPerSecond;
        return new RateLimiter(() -> rate, time, nanos -> {
            rests.add(Duration.ofNanos(nanos));
            time.pass(Duration.ofNanos(nanos));
        });
    }

    private void files(RateLimiter pace, int count, Duration each) {
        for (int i = 0; i < count; i++) {
            pace.beforeFile();
            time.pass(each);
        }
    }

    @Test
    void keepsTheRateWhereFilesTakeNoTime() {
        long before = time.read();
        files(pace(1000), 3001, Duration.ZERO);
        assertThat(Duration.ofNanos(time.read() - before)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void doesNotRestWithinABatch() {
        files(pace(1000), 10, Duration.ofMillis(100));
        assertThat(rests).isEmpty();
    }

    @Test
    void takesTheTimeOfTheFilesOffTheRest() {
        files(pace(1000), 11, Duration.ofNanos(300_000));
        assertThat(rests).containsExactly(Duration.ofMillis(7));
    }

    @Test
    void restsForAsLongAsFilesTookWhereTheyTakeLong() {
        files(pace(1000), 11, Duration.ofMillis(20));
        assertThat(rests).containsExactly(Duration.ofMillis(200));
    }

    @Test
    void doesNotRestForLongAfterADiskThatHung() {
        files(pace(1000), 11, Duration.ofMinutes(1));
        assertThat(rests).containsExactly(RateLimiter.LONGEST_REST);
    }

    @Test
    void restsAfterEachFileAtALowRate() {
        files(pace(2), 3, Duration.ZERO);
        assertThat(rests).containsExactly(Duration.ofMillis(500), Duration.ofMillis(500));
    }

    @Test
    void keepsARateThatChanges() {
        RateLimiter pace = pace(0);
        files(pace, 1000, Duration.ZERO);
        rate = 2;
        files(pace, 3, Duration.ZERO);
        assertThat(rests).containsExactly(Duration.ofMillis(500), Duration.ofMillis(500));
        rate = 0;
        files(pace, 1000, Duration.ZERO);
        rate = 2;
        files(pace, 2, Duration.ZERO);
        assertThat(rests).hasSize(3);
    }

    @Test
    void restsNeverInAHurryAndThenAgain() {
        RateLimiter pace = pace(2);
        pace.hurry(true);
        files(pace, 100, Duration.ofMillis(1));
        assertThat(rests).isEmpty();
        pace.hurry(false);
        files(pace, 2, Duration.ZERO);
        assertThat(rests).hasSize(1);
    }

    @Test
    void restsNeverWithoutABound() {
        files(pace(0), 100_000, Duration.ofMillis(1));
        assertThat(rests).isEmpty();
    }
}
