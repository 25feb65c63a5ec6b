package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Anybody may register as an application's driver. A stranger can lengthen the application's life, never shorten it. */
final class StrangerDriverTest extends MonitoredApplications {
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
        assertThat(fixture.log("Application app-1 expired: its driver at /10.0.0.1:1 sent no heartbeat for 240 s"))
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
            monitor.driverRegistered(APP, 1, false, new Object(), "/10.6.6.6:" + i);
            monitor.driverRegistered(APP, Long.MAX_VALUE, false, new Object(), "/10.6.6.7:" + i);
        }
        assertThat(status().reason())
                .contains(DRIVER)
                .endsWith("; " + (DriverStates.MAX_TRACKED - 1) + " more registered");
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
        assertThat(status().nextStep()).as("no more than the driver said").doesNotContain("day");
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
        Object[] strangers = new Object[DriverStates.MAX_TRACKED];
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
}
