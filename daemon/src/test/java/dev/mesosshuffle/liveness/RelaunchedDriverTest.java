package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A supervised driver that is launched again on another host, and one whose connection this service closed. */
final class RelaunchedDriverTest extends MonitoredApplications {
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
}
