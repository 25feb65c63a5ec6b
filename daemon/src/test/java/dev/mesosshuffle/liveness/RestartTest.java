package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 2 over restarts: the dead go, the living are not judged by what they did not do, and no wall clock decides. */
final class RestartTest extends MonitoredApplications {
    private static final Duration ORPHAN_TIMEOUT = LivenessFixture.ORPHAN_TIMEOUT;
    private static final Duration STEP = Duration.ofMinutes(30);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeadApplicationGoesThoughTheDaemonIsRestartedAllTheTime(boolean inOrder) throws Exception {
        restore();
        Duration run = Duration.ofHours(5);
        Duration lostEachTime = inOrder ? Duration.ofMinutes(1) : STEP;
        Duration needed = Duration.ZERO;
        while (fixture.registry.applications().contains(APP)) {
            for (Duration passed = Duration.ZERO; passed.compareTo(run) < 0; passed = passed.plusMinutes(1)) {
                fixture.pass(Duration.ofMinutes(1));
                needed = needed.plusMinutes(1);
                fixture.check();
            }
            fixture.restart(inOrder);
            monitor = fixture.monitor;
            assertThat(needed).isLessThan(ORPHAN_TIMEOUT.plus(run).plus(lostEachTime.multipliedBy(6)));
        }
        assertThat(needed).isGreaterThanOrEqualTo(ORPHAN_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSignOfLifeEndsWhatWasStored(boolean inOrder) throws Exception {
        restore();
        listen(Duration.ofHours(23));
        monitor.activity(APP);
        assertCountedFromTheStartOfTheNextDaemon(inOrder);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDriverThatRegistersEndsWhatWasStored(boolean inOrder) throws Exception {
        restore();
        listen(Duration.ofHours(23));
        registerDriver(TIMEOUT);
        assertCountedFromTheStartOfTheNextDaemon(inOrder);
    }

    private void assertCountedFromTheStartOfTheNextDaemon(boolean inOrder) throws Exception {
        fixture.restart(inOrder);
        monitor = fixture.monitor;
        // All that is counted since is what was listened to.
        listen(ORPHAN_TIMEOUT.minus(Duration.ofMinutes(1)));
        fixture.assertAlive(APP);
        listen(Duration.ofMinutes(1));
        fixture.assertOver(APP);
    }

    @Test
    void aPauseBeforeTheEndOfADaemonDoesNotCount() throws Exception {
        restore();
        monitor.setCheckInterval(Duration.ofMinutes(1));
        listen(Duration.ofHours(10));
        // It is stopped, and goes on only to end: no check tells that it was.
        fixture.pass(Duration.ofHours(20));
        fixture.restart(true);
        monitor = fixture.monitor;
        listen(Duration.ofHours(14).minusMinutes(1));
        fixture.assertAlive(APP);
        listen(Duration.ofMinutes(2));
        fixture.assertOver(APP);
    }

    @Test
    void timeInWhichNoDaemonRanDoesNotCount() throws Exception {
        restore();
        listen(Duration.ofHours(10));
        monitor.close();
        fixture.pass(Duration.ofDays(100));
        fixture.restart(true);
        monitor = fixture.monitor;
        listen(Duration.ofHours(14).minusMinutes(1));
        fixture.assertAlive(APP);
        listen(Duration.ofMinutes(2));
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @ValueSource(longs = {-3650, -1, 1, 3650})
    void aWallClockThatIsSetShortensNothing(long days) throws Exception {
        restore();
        fixture.wallShift = Duration.ofDays(days).toMillis();
        listen(Duration.ofHours(12));
        fixture.wallShift = 0;
        fixture.restart(true);
        monitor = fixture.monitor;
        fixture.wallShift = Duration.ofDays(days).toMillis();
        listen(Duration.ofHours(12).minusMinutes(1));
        fixture.assertAlive(APP);
    }

    @Test
    void clientsHaveTimeToComeBackAfterAStartHoweverLongItWasQuiet() throws Exception {
        restore();
        fixture.breakRemovals(true);
        listen(ORPHAN_TIMEOUT.multipliedBy(2));
        fixture.breakRemovals(false);
        fixture.restart(true);
        monitor = fixture.monitor;
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void writesSeldomAndForNobodyThatIsHeard() throws Exception {
        restore();
        registerDriver("heard");
        for (int i = 0; i < 12 * 60; i++) {
            monitor.heartbeat("heard", connection);
            listen(Duration.ofMinutes(1));
        }
        assertThat(fixture.idleTimeWrites).hasSize(24).allMatch(write -> write.startsWith(APP + " "));
        monitor.activity(APP);
        monitor.activity(APP);
        assertThat(fixture.idleTimeWrites).hasSize(25).last().isEqualTo(APP + " 0");
    }

    @Test
    void triesAgainToTakeBackWhatIsStored() throws Exception {
        restore();
        listen(Duration.ofHours(23));
        fixture.idleTimesFail = true;
        monitor.activity(APP);
        listen(Duration.ofMinutes(5));
        fixture.idleTimesFail = false;
        listen(Duration.ofMinutes(1));
        fixture.restart(false);
        assertThat(fixture.store.loadIdleTimes().getOrDefault(APP, Duration.ZERO))
                .isLessThan(Duration.ofMinutes(10));
    }

    private void listen(Duration time) throws Exception {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusMinutes(1)) {
            fixture.pass(Duration.ofMinutes(1));
            fixture.check();
        }
    }
}
