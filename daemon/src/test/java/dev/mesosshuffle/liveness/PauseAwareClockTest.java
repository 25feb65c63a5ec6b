package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PauseAwareClockTest {
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    /** Wraps around early in each test. */
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1000);

    private final PauseAwareClock clock = new PauseAwareClock(time::get);

    @Test
    void goesOnAsTimeDoesWhileChecksAreInTime() {
        clock.setCheckInterval(INTERVAL);
        long before = clock.now();
        for (int i = 1; i <= 10; i++) {
            pass(INTERVAL);
            assertThat(clock.beginCheck()).isTrue();
            assertThat(clock.now() - before).isEqualTo(i * INTERVAL.toNanos());
        }
    }

    @Test
    void leavesOutWhatACheckIsLateBy() {
        clock.setCheckInterval(INTERVAL);
        long before = clock.now();
        pass(INTERVAL.plusMillis(400));
        assertThat(clock.beginCheck()).isTrue();
        assertThat(clock.now() - before).isEqualTo(INTERVAL.toNanos());
        pass(INTERVAL.plusHours(3));
        clock.beginCheck();
        assertThat(clock.now() - before).isEqualTo(2 * INTERVAL.toNanos());
    }

    @Test
    void givesNothingBackForAnEarlyCheck() {
        clock.setCheckInterval(INTERVAL);
        long before = clock.now();
        pass(Duration.ofSeconds(1));
        assertThat(clock.beginCheck()).isTrue();
        assertThat(clock.now() - before).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void letsTheCheckAfterAPauseJudgeInsteadOfTheOneInIt() {
        clock.setCheckInterval(INTERVAL);
        pass(INTERVAL.plusSeconds(2));
        assertThat(clock.beginCheck()).isFalse();
        pass(INTERVAL);
        assertThat(clock.beginCheck()).isTrue();
    }

    @Test
    void letsEveryFifthCheckJudgeWhereAllAreLate() {
        clock.setCheckInterval(INTERVAL);
        for (int i = 0; i < 10; i++) {
            pass(INTERVAL.plusSeconds(2));
            assertThat(clock.beginCheck()).isEqualTo(i % 5 == 4);
        }
    }

    @Test
    void takesNoCheckForLateBeforeAnyIsExpected() {
        long before = clock.now();
        pass(Duration.ofDays(1));
        assertThat(clock.beginCheck()).isTrue();
        assertThat(clock.now() - before).isEqualTo(Duration.ofDays(1).toNanos());
    }

    private void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }
}
