package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnknownHeartbeatLoggerTest {
    private final Counter counter = new Counter();
    private final ManualTicker ticker = new ManualTicker();
    private final UnknownHeartbeatLogger unknown = new UnknownHeartbeatLogger(counter, ticker);
    private final LogCapture log = LogCapture.of(UnknownHeartbeatLogger.class);

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void logsOneLineAMinuteForAllApplications() {
        for (int i = 0; i < 100; i++) {
            unknown.heartbeatReceived("app-" + i);
        }
        assertThat(log.lines())
                .containsExactly("WARN Heartbeat of application app-0, whose driver never registered here:"
                        + " it does not keep any files.");
        ticker.pass(Duration.ofMinutes(1));
        unknown.heartbeatReceived("app-100");
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("application app-100,")
                .endsWith("(99 more of these since the last such line)");
        assertThat(counter.getCount()).isEqualTo(101);
    }

    @Test
    void namesAnotherApplicationOfTheSameMinuteAtALaterHeartbeat() {
        unknown.heartbeatReceived("first");
        unknown.heartbeatReceived("second");
        ticker.pass(Duration.ofMinutes(1));
        unknown.heartbeatReceived("first");
        unknown.heartbeatReceived("second");
        assertThat(log.lines()).hasSize(2).last().asString().contains("application second,");
    }

    @Test
    void logsAnApplicationOnceHoweverLongItSends() {
        for (int i = 0; i < 10; i++) {
            unknown.heartbeatReceived("app");
            ticker.pass(Duration.ofHours(1));
        }
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void tellsOfARemovedApplicationInSpiteOfAFlood() {
        unknown.heartbeatReceived("stranger");
        unknown.applicationRemoved("app");
        unknown.heartbeatReceived("app");
        assertThat(log.lines()).hasSize(2).last().asString().contains("application app, which was removed");
    }
}
