package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.model.CloseReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule from both sides: one ms before its deadline, and at it. */
final class ExpiryRulesTest extends MonitoredApplications {
    // Rule 1: a driver that registered in this run of the process.

    @Test
    void expiresADriverThatEndedInOrderAfterItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverThatEndedInOrderBeforeItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void expiresADriverWhoseConnectionIsOpenAfterTwiceItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverWhoseConnectionIsOpenBefore() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void expiresADriverWhoseConnectionWasResetAfterTwiceItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.RESET);
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverWhoseConnectionWasResetBefore() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.RESET);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void countsSilenceFromTheLastHeartbeatNotFromTheEnd() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(Duration.ofSeconds(100));
        monitor.heartbeat(APP, connection);
        fixture.pass(Duration.ofSeconds(100));
        end(CloseReason.CLOSED_BY_PEER);
        fixture.assertAlive(APP);
        fixture.pass(Duration.ofSeconds(20).minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverThatIsHeard() throws Exception {
        registerDriver(TIMEOUT);
        for (int i = 0; i < 100; i++) {
            fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
            monitor.heartbeat(APP, connection);
            fixture.assertAlive(APP);
        }
        assertThat(fixture.count("recoveries")).isEqualTo(100);
        assertThat(fixture.count("recoveries.heartbeat")).isEqualTo(100);
        assertThat(fixture.count("recoveries.use")).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10_000, 3_600_000})
    void goesByTheDriversOwnTimeout(long timeoutMs) throws Exception {
        registerDriver(Duration.ofMillis(timeoutMs));
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(Duration.ofMillis(timeoutMs).minusNanos(1));
        fixture.assertAlive(APP);
        fixture.pass(Duration.ofNanos(1));
        fixture.assertOver(APP);
    }

    @Test
    void expiresADriverWithTheLongestOfTimeoutsAsOneThatCannotBeHeard() throws Exception {
        registerDriver(Duration.ofMillis(Long.MAX_VALUE));
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesATimeoutThatIsNone(long timeoutMs) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> monitor.driverRegistered(APP, timeoutMs, false, connection, "/10.0.0.1:1"))
                .withMessageContaining(String.valueOf(timeoutMs));
    }

    @ParameterizedTest
    @EnumSource
    void doesNotListenToTheEndOfAFormerConnection(CloseReason how) throws Exception {
        registerDriver(TIMEOUT);
        monitor.driverRegistered(APP, TIMEOUT.toMillis(), false, new Object(), "/10.0.0.1:2");
        end(how);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @EnumSource
    void beginsAnewWhenADriverRegistersAgain(CloseReason how) throws Exception {
        registerDriver(TIMEOUT);
        end(how);
        fixture.pass(TIMEOUT.minus(MS));
        Object again = new Object();
        Duration longer = TIMEOUT.multipliedBy(3);
        monitor.driverRegistered(APP, longer.toMillis(), false, again, "/10.0.0.1:2");
        fixture.pass(longer.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        monitor.driverDisconnected(APP, again, CloseReason.CLOSED_BY_PEER);
        fixture.assertOver(APP);
    }

    // Rule 2: no driver that could be heard.

    @Test
    void doesNotExpireACutOffDriverForItsSilence() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_LOCALLY);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(fixture.log("this service closed the connection")).hasSize(1);
    }

    @Test
    void expiresACutOffDriverAfterTheOrphanTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_LOCALLY);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireARestoredApplicationForItsSilence() throws Exception {
        restore();
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void expiresARestoredApplicationAfterTheOrphanTimeout() throws Exception {
        restore();
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void expiresAnApplicationWithoutADriverAfterTheOrphanTimeout() throws Exception {
        fixture.registerExecutor(APP, "0");
        fixture.check();
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireAnOrphanThatIsActive() throws Exception {
        restore();
        for (int i = 0; i < 10; i++) {
            fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
            monitor.activity(APP);
            fixture.assertAlive(APP);
        }
    }

    @Test
    void doesNotExpireARestoredApplicationThatIsHeard() throws Exception {
        restore();
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        monitor.heartbeat(APP, connection);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void goesByRuleOneOnceARestoredApplicationsDriverRegisters() throws Exception {
        restore();
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    // Rule 3: activity.

    @Test
    void doesNotExpireADriverWhoseFilesWereInUseWithinItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.assertAlive(APP);
        assertThat(fixture.count("deferrals")).isEqualTo(1);
    }

    @Test
    void measuresHowLongAnExpiryIsPostponedAndRecordsItApartFromExpiries() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        fixture.pass(MS);
        fixture.assertAlive(APP);
        assertThat(fixture.gauge("applications.deferred")).isEqualTo(1L);
        fixture.pass(Duration.ofSeconds(7));
        assertThat(fixture.gauge("deferralMaxSeconds")).isEqualTo(7L);
        assertThat(fixture.events.newestFirst())
                .extracting(event -> event.kind())
                .containsExactly(EventKind.DEFERRAL);

        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
        assertThat(fixture.gauge("deferralMaxSeconds")).isEqualTo(0L);
        assertThat(fixture.events.newestFirst())
                .extracting(event -> event.kind())
                .containsExactly(EventKind.EXPIRY, EventKind.DEFERRAL);
    }

    @Test
    void expiresADriverWhoseFilesWereQuietForItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
        assertThat(fixture.count("deferrals")).isZero();
    }

    @Test
    void doesNotExpireAnOrphanWhoseFilesWereInUseWithinTheDefaultTimeout() throws Exception {
        fixture.close();
        fixture = new LivenessFixture(temp, Duration.ofSeconds(10), true);
        monitor = fixture.monitor;
        fixture.registerExecutor(APP, "0");
        fixture.check();
        monitor.activity(APP);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    // Checks that are late.

    @Test
    void doesNotExpireAnybodyForAPauseOfItsOwn() throws Exception {
        Duration interval = Duration.ofSeconds(30);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        monitor.setCheckInterval(interval);
        fixture.pass(Duration.ofHours(10));
        fixture.assertAlive(APP);
        // 30 s of the pause count, as if the check had been in time.
        for (int i = 0; i < 2; i++) {
            fixture.pass(interval);
            fixture.assertAlive(APP);
        }
        fixture.pass(interval.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void judgesNobodyBeforeWhatCameDuringAPauseCanBeRead() throws Exception {
        Duration interval = Duration.ofSeconds(30);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        monitor.setCheckInterval(interval);
        for (int i = 0; i < 3; i++) {
            fixture.pass(interval);
            fixture.assertAlive(APP);
        }
        // At this check it would be over, but that comes late.
        fixture.pass(interval.plusHours(1));
        fixture.assertAlive(APP);
        assertThat(fixture.log("was paused")).hasSize(1);
        monitor.heartbeat(APP, connection);
        fixture.pass(interval);
        fixture.assertAlive(APP);
        fixture.pass(interval.plusHours(1));
        fixture.assertAlive(APP);
        fixture.pass(interval);
        fixture.assertAlive(APP);
        fixture.pass(interval);
        fixture.assertOver(APP);
    }

    @Test
    void expiresInTimeIfItsChecksAreInTime() throws Exception {
        Duration interval = Duration.ofSeconds(30);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        monitor.setCheckInterval(interval);
        for (int i = 0; i < 3; i++) {
            fixture.pass(interval);
            fixture.assertAlive(APP);
        }
        fixture.pass(interval);
        fixture.assertOver(APP);
    }
}
