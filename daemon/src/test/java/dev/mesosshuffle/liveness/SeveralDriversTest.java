package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Anybody may register as an application's driver. A second one can lengthen the application's life, never shorten it. */
final class SeveralDriversTest extends MonitoredApplications {
    private static final String DRIVER = "/10.0.0.1:1";
    private static final String STRANGER = "/10.6.6.6:1";

    private final Object other = new Object();

    /** One that could be missed at once. */
    private void stranger(CloseReason how) throws Exception {
        Object its = new Object();
        registerDriver(APP, MS, its, STRANGER);
        monitor.driverDisconnected(APP, its, how);
    }

    private void restart() throws Exception {
        fixture.restart(true);
        monitor = fixture.monitor;
    }

    private ApplicationStatus status() {
        return monitor.handControl().applications().get(0);
    }

    // A stranger.

    @ParameterizedTest
    @EnumSource
    void aStrangerThatComesAndGoesEndsNoApplication(CloseReason how) throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        stranger(how);
        for (int i = 0; i < 100; i++) {
            fixture.pass(TIMEOUT.dividedBy(2));
            fixture.assertAlive(APP);
            monitor.heartbeat(APP, connection);
            stranger(how);
        }
    }

    @Test
    void aStrangerDoesNotShortenWhatASilentDriverHas() throws Exception {
        registerDriver(TIMEOUT);
        stranger(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
        assertThat(fixture.log("Application app-1 is over: its driver at /10.0.0.1:1 was not heard for 240 s"))
                .hasSize(1);
    }

    @Test
    void aStrangerDoesNotShortenForHowLongActivityCounts() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        stranger(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void aStrangerLengthensAsLongAsItIsHeard() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        registerDriver(APP, TIMEOUT, other, STRANGER);
        for (int i = 0; i < 10; i++) {
            fixture.pass(TIMEOUT.minus(MS));
            monitor.heartbeat(APP, other);
            fixture.assertAlive(APP);
        }
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void aHeartbeatOfOneIsNotTheOthers() throws Exception {
        registerDriver(TIMEOUT);
        registerDriver(APP, TIMEOUT.multipliedBy(10), other, STRANGER);
        fixture.pass(TIMEOUT.multipliedBy(2));
        monitor.heartbeat(APP, other);
        fixture.assertAlive(APP);
        assertThat(status().reason()).contains(STRANGER).doesNotContain(DRIVER);
    }

    @Test
    void aHeartbeatOverAnyOtherConnectionCountsForAll() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.heartbeat(APP, new Object());
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void aDriverMayChangeItsOwnTimeoutOnItsConnection() throws Exception {
        registerDriver(TIMEOUT.multipliedBy(100));
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void manyStrangersTakeLittleMemoryAndShortenNothing() throws Exception {
        registerDriver(TIMEOUT);
        for (int i = 0; i < 10_000; i++) {
            monitor.driverRegistered(APP, 1, new Object(), "/10.6.6.6:" + i);
            monitor.driverRegistered(APP, Long.MAX_VALUE, new Object(), "/10.6.6.7:" + i);
        }
        assertThat(status().reason()).contains(DRIVER).endsWith("; " + (DriverStates.MOST - 1) + " more registered");
        fixture.pass(TIMEOUT.multipliedBy(1000));
        fixture.assertAlive(APP);
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSED_BY_PEER", "RESET"})
    void strangersThatTookAllPlacesFirstDoNotShortenWhatTheDriverHas(CloseReason how) throws Exception {
        Object[] strangers = manyStrangers(MS);
        registerDriver(TIMEOUT);
        for (Object its : strangers) {
            monitor.driverDisconnected(APP, its, how);
        }
        for (int i = 0; i < 10; i++) {
            fixture.pass(TIMEOUT.dividedBy(2));
            fixture.assertAlive(APP);
            monitor.heartbeat(APP, connection);
        }
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void strangersThatTakeAllPlacesLaterDoNotShortenWhatTheDriverHas() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        for (int i = 0; i < 4; i++) {
            for (Object its : manyStrangers(MS.multipliedBy(3))) {
                monitor.driverDisconnected(APP, its, CloseReason.CLOSED_BY_PEER);
            }
        }
        fixture.pass(MS);
        fixture.assertAlive(APP);
        fixture.pass(MS.multipliedBy(3));
        assertThat(status().outlook()).as("no more than the driver said").doesNotContain("day");
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void whoTookADriversPlaceCannotTakeItsTimeoutBack() throws Exception {
        manyStrangers(TIMEOUT.multipliedBy(3));
        registerDriver(TIMEOUT.multipliedBy(2));
        Object[] later = manyStrangers(TIMEOUT.multipliedBy(3));
        for (Object its : later) {
            registerDriver(APP, MS, its, STRANGER);
            monitor.driverDisconnected(APP, its, CloseReason.CLOSED_BY_PEER);
        }
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        monitor.heartbeat(APP, connection);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(TIMEOUT.multipliedBy(6));
        fixture.assertOver(APP);
    }

    /** As many as are kept apart. */
    private Object[] manyStrangers(Duration timeout) throws Exception {
        Object[] strangers = new Object[DriverStates.MOST];
        for (int i = 0; i < strangers.length; i++) {
            strangers[i] = new Object();
            registerDriver(APP, timeout, strangers[i], STRANGER);
        }
        return strangers;
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSED_BY_PEER", "RESET"})
    void aStrangersEndlessTimeoutKeepsNoApplicationForYears(CloseReason how) throws Exception {
        Duration longest = LivenessFixture.ORPHAN_TIMEOUT.multipliedBy(how == CloseReason.CLOSED_BY_PEER ? 1 : 2);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        registerDriver(APP, Duration.ofMillis(Long.MAX_VALUE), other, STRANGER);
        monitor.driverDisconnected(APP, other, how);
        fixture.pass(longest.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    // After a restart.

    @ParameterizedTest
    @EnumSource
    void afterARestartAStrangerDoesNotTurnADayIntoAMillisecond(CloseReason how) throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        restart();
        stranger(how);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(status().state()).isEqualTo("withoutDriver");
        assertThat(status().reason()).contains("10.0.0.1", STRANGER, "only lengthens");
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterARestartTheDriverFromTheSameAddressIsInCharge(boolean strangersCameFirst) throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        restart();
        if (strangersCameFirst) {
            for (int i = 0; i < 2 * DriverStates.MOST; i++) {
                registerDriver(APP, MS, new Object(), STRANGER);
            }
        }
        registerDriver(APP, TIMEOUT, other, "/10.0.0.1:2");
        assertThat(status().state()).isEqualTo("driverHeard");
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void aStrangersRegistrationIsNotStoredInTheDriversPlace() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        stranger(CloseReason.RESET);
        restart();
        stranger(CloseReason.RESET);
        fixture.settle();
        assertThat(fixture.store.loadDriverAddresses()).containsOnly(Map.entry(APP, "10.0.0.1 10.6.6.6"));
        assertThat(fixture.store.load().applications().get(0).heartbeatTimeoutMs())
                .isEqualTo(TIMEOUT.toMillis());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterARestartAStrangerThatWasFirstBeforeEndsNothing(boolean twice) throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(APP, TIMEOUT.dividedBy(2), other, STRANGER);
        registerDriver(TIMEOUT);
        assertThat(fixture.store.load().applications().get(0).heartbeatTimeoutMs())
                .isEqualTo(TIMEOUT.toMillis());
        restart();
        stranger(CloseReason.CLOSED_BY_PEER);
        if (twice) {
            restart();
            stranger(CloseReason.CLOSED_BY_PEER);
        }
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(status().reason()).contains("at 10.0.0.1,", STRANGER, "only lengthens");
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void afterARestartAllThatWereThereTogetherAreMissedAgain() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(APP, TIMEOUT, other, STRANGER);
        registerDriver(TIMEOUT);
        restart();
        stranger(CloseReason.CLOSED_BY_PEER);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void afterARestartAllOfACrowdCannotBeMissed() throws Exception {
        fixture.registerExecutor(APP, "0");
        for (int i = 0; i < DriverStates.MOST; i++) {
            registerDriver(APP, TIMEOUT.multipliedBy(2), new Object(), "/10.6.6." + i + ":1");
        }
        registerDriver(TIMEOUT);
        restart();
        for (int i = 0; i < DriverStates.MOST; i++) {
            registerDriver(APP, MS, new Object(), "/10.6.6." + i + ":1");
        }
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void twoThatRegisterAtOnceAreStoredBothWhateverComesFirst() throws Exception {
        fixture.registerExecutor(APP, "0");
        var first = monitor.driverRegistered(APP, 1, other, STRANGER);
        registerDriver(TIMEOUT);
        fixture.registry.registerDriver(APP, first).get(1, TimeUnit.MINUTES);
        monitor.driverStored(APP);
        fixture.settle();
        assertThat(fixture.store.loadDriverAddresses()).containsOnly(Map.entry(APP, "10.6.6.6 10.0.0.1"));
    }

    @Test
    void afterARestartTheFirstDriverIsInChargeWhereNoneIsKnown() throws Exception {
        restore();
        fixture.pass(TIMEOUT);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    // A supervised application: its driver is started again, on another host.

    @ParameterizedTest
    @EnumSource(names = {"CLOSED_BY_PEER", "RESET"})
    void aRelaunchedDriverLivesOnWhenTheOldOneEndsLate(CloseReason how) throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.dividedBy(2));
        registerDriver(APP, TIMEOUT, other, "/10.0.0.2:1");
        end(how);
        for (int i = 0; i < 10; i++) {
            fixture.pass(TIMEOUT.dividedBy(2));
            monitor.heartbeat(APP, other);
            fixture.assertAlive(APP);
        }
        assertThat(fixture.store.loadDriverAddresses()).containsOnly(Map.entry(APP, "10.0.0.2"));
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void theOldDriverThatStillLivesOutlastsTheRelaunchedOne() throws Exception {
        registerDriver(TIMEOUT);
        registerDriver(APP, TIMEOUT, other, "/10.0.0.2:1");
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        for (int i = 0; i < 10; i++) {
            fixture.pass(TIMEOUT.dividedBy(2));
            monitor.heartbeat(APP, connection);
            fixture.assertAlive(APP);
        }
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void bothEndAndTheLaterOneDecides() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.dividedBy(2));
        registerDriver(APP, TIMEOUT, other, "/10.0.0.2:1");
        end(CloseReason.CLOSED_BY_PEER);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void theRelaunchedDriverIsKnownAgainAfterARestart() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        registerDriver(APP, TIMEOUT, other, "/10.0.0.2:1");
        fixture.pass(MS);
        fixture.assertAlive(APP);
        restart();
        registerDriver(APP, TIMEOUT, connection, "/10.0.0.2:3");
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    // Those that this service cut off.

    @Test
    void aStrangerDoesNotReplaceADriverThatWasCutOff() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_LOCALLY);
        stranger(CloseReason.CLOSED_BY_PEER);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void aConnectionThatWasThereBeforeDoesNotReplaceADriverThatWasCutOff() throws Exception {
        registerDriver(TIMEOUT);
        registerDriver(APP, TIMEOUT, other, DRIVER);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_LOCALLY);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void afterARestartAStrangersLongTimeoutLengthens() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        restart();
        registerDriver(APP, Duration.ofDays(2), other, STRANGER);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT);
        fixture.assertAlive(APP);
        fixture.pass(Duration.ofDays(3));
        fixture.assertOver(APP);
    }
}
