package dev.mesosshuffle.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeartbeatTimingTest {
    @Test
    void followsFromTheTimeoutOfSparksDefault() {
        HeartbeatTiming timing = new HeartbeatTiming(120_000);
        assertThat(timing.heartbeatNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(30));
        assertThat(timing.checkNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(timing.firstRetryNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(timing.maxRetryNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(60));
        assertThat(timing.connectSeconds()).isEqualTo(10);
    }

    /** The service waits for two timeouts; an attempt has a connection, a handshake of two steps, and a registration. */
    @ParameterizedTest
    @ValueSource(longs = {120_000, 60_000, 45_000, 600_000})
    void comesBackWithinTwoTimeoutsHoweverLongAStepTakes(long timeoutMs) {
        HeartbeatTiming timing = new HeartbeatTiming(timeoutMs);
        long worst =
                timing.maxRetryNanos() + timing.checkNanos() + 4 * TimeUnit.SECONDS.toNanos(timing.connectSeconds());
        assertThat(worst).isLessThan(2 * TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 1000, Long.MAX_VALUE})
    void hasNoTimeOfZero(long timeoutMs) {
        HeartbeatTiming timing = new HeartbeatTiming(timeoutMs);
        assertThat(timing.heartbeatNanos()).isPositive();
        assertThat(timing.checkNanos()).isPositive();
        assertThat(timing.firstRetryNanos()).isPositive();
        assertThat(timing.maxRetryNanos()).isPositive();
        assertThat(timing.connectSeconds()).isPositive();
    }
}
