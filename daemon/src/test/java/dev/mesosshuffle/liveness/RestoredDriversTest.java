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

/** The stored drivers after a restart, and strangers that register then. */
final class RestoredDriversTest extends MonitoredApplications {
    @ParameterizedTest
    @EnumSource
    void afterARestartAStrangerDoesNotTurnADayIntoAMillisecond(CloseReason how) throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        restart();
        stranger(how);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(status().state()).isEqualTo("driverless");
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
            for (int i = 0; i < 2 * DriverStates.MAX_TRACKED; i++) {
                registerDriver(APP, MS, new Object(), STRANGER);
            }
        }
        registerDriver(APP, TIMEOUT, other, "/10.0.0.1:2");
        assertThat(status().state()).isEqualTo("alive");
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterARestartARefusedRegistrationDoesNotShorten(boolean addressIsStored) throws Exception {
        if (addressIsStored) {
            fixture.registerExecutor(APP, "0");
            registerDriver(TIMEOUT);
            restart();
        } else {
            restore();
        }
        var unused = monitor.driverRegistered(APP, 1, false, other, "/10.0.0.1:2");
        monitor.driverRefused(APP, other);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        assertThat(status().state()).isEqualTo("driverless");
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void afterARefusalTheNextRegistrationOnTheSameConnectionCounts() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        restart();
        var unused = monitor.driverRegistered(APP, TIMEOUT.toMillis(), false, other, "/10.0.0.1:2");
        monitor.driverRefused(APP, other);
        registerDriver(APP, TIMEOUT, other, "/10.0.0.1:2");
        assertThat(status().state()).isEqualTo("alive");
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
        for (int i = 0; i < DriverStates.MAX_TRACKED; i++) {
            registerDriver(APP, TIMEOUT.multipliedBy(2), new Object(), "/10.6.6." + i + ":1");
        }
        registerDriver(TIMEOUT);
        restart();
        for (int i = 0; i < DriverStates.MAX_TRACKED; i++) {
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
        var first = monitor.driverRegistered(APP, 1, false, other, STRANGER);
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
