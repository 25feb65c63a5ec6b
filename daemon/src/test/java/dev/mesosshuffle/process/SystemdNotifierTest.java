package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemdNotifierTest {
    private static final long OWN_PID = 42;

    @Test
    void feedsTheWatchdogThatIsMeantForThisProcess() {
        assertThat(timeout(Map.of("WATCHDOG_USEC", "60000000", "WATCHDOG_PID", "42")))
                .isEqualTo(Duration.ofSeconds(60));
        assertThat(timeout(Map.of("WATCHDOG_USEC", "1500"))).isEqualTo(Duration.ofNanos(1_500_000));
    }

    @Test
    void feedsNoWatchdogOfAnotherProcessAndNoneThatIsNotThere() {
        assertThat(timeout(Map.of("WATCHDOG_USEC", "60000000", "WATCHDOG_PID", "43")))
                .isZero();
        assertThat(timeout(Map.of())).isZero();
    }

    @Test
    void warnsOfATimeThatIsNone() {
        try (LogCapture log = LogCapture.of(SystemdNotifier.class)) {
            assertThat(timeout(Map.of("WATCHDOG_USEC", "1min"))).isZero();
            assertThat(log.lines())
                    .containsExactly(
                            "WARN WATCHDOG_USEC: 1min (expected: a number of microseconds); the watchdog is not fed");
        }
    }

    @Test
    void goesOnWhereSystemdDoesNotListen() throws Exception {
        try (LogCapture log = LogCapture.of(SystemdNotifier.class);
                SystemdNotifier none =
                        SystemdNotifier.start(Map.of("NOTIFY_SOCKET", "/no/such/socket", "WATCHDOG_USEC", "1000000"))) {
            none.feedWatchdog();
            assertThat(none.watchdogTimeout()).isZero();
            assertThat(log.lines()).singleElement().asString().contains("/no/such/socket");
        }
    }

    @Test
    void saysNothingWhereThereIsNoSystemd() {
        try (LogCapture log = LogCapture.of(SystemdNotifier.class);
                SystemdNotifier none = SystemdNotifier.start(Map.of("WATCHDOG_USEC", "1000000"))) {
            none.feedWatchdog();
            assertThat(none.watchdogTimeout()).isZero();
            assertThat(log.lines()).isEmpty();
        }
    }

    private static Duration timeout(Map<String, String> environment) {
        return SystemdNotifier.watchdogTimeout(environment, OWN_PID);
    }
}
