package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 2b, from both sides: drivers that register again after a loss, and those that do not. */
final class ReregisteringDriverTest extends MonitoredApplications {
    private static final Duration TWO_TIMEOUTS = TIMEOUT.multipliedBy(2);
    private static final String SAME_HOST = "/10.0.0.1:2";

    private LocalDir dir;

    @BeforeEach
    void registerFiles() throws Exception {
        dir = fixture.registerExecutor(APP, "0");
    }

    private void assertOverAfter(Duration time) throws Exception {
        fixture.pass(time.minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void expiresTwoTimeoutsAfterARestartIfItDoesNotComeBack() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        assertThat(status().state()).isEqualTo("driverless");
        assertThat(status().reason()).contains("has not registered since this daemon started, and does so if it runs");
        assertThat(status().nextStep()).isEqualTo("expires in 240 s unless its driver registers again");
        assertOverAfter(TWO_TIMEOUTS);
        assertThat(fixture.log("expired"))
                .singleElement()
                .asString()
                .contains("its driver registers again after a loss, and has not done so for two timeouts");
    }

    @Test
    void livesIfItComesBackAtTheLastMoment() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        fixture.pass(TWO_TIMEOUTS.minus(MS));
        registerListener(TIMEOUT, other, SAME_HOST);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(status().state()).isEqualTo("alive");
        monitor.heartbeat(APP, other);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        assertOverAfter(TIMEOUT);
    }

    @Test
    void hasTheTimeoutOfOthersIfItNeverAnnouncedToComeBack() throws Exception {
        registerDriver(TIMEOUT);
        restart();
        assertOverAfter(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hasAllOfItsTimeAgainAfterEachRestart(boolean inOrder) throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        for (int i = 0; i < 3; i++) {
            fixture.restart(inOrder);
            monitor = fixture.monitor;
            fixture.pass(TWO_TIMEOUTS.minus(MS));
            fixture.assertAlive(APP);
        }
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @Test
    void expiresTwoTimeoutsAfterItsLastHeartbeatIfThisServiceClosedItsConnection() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        fixture.pass(TIMEOUT);
        monitor.heartbeat(APP, connection);
        end(CloseReason.CLOSED_LOCALLY);
        assertThat(fixture.log("closed the connection of its driver"))
                .singleElement()
                .asString()
                .contains(
                        "It expires once its driver, which registers again after a loss, has not done so for two timeouts.");
        assertOverAfter(TWO_TIMEOUTS);
    }

    @Test
    void livesIfItComesBackAfterThisServiceClosedItsConnection() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        end(CloseReason.CLOSED_LOCALLY);
        fixture.pass(TWO_TIMEOUTS.minus(MS));
        registerListener(TIMEOUT, other, SAME_HOST);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(status().state()).isEqualTo("alive");
    }

    @Test
    void hasTheTimeoutOfOthersIfThisServiceClosedTheConnectionOfOneThatDoesNotComeBack() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(MS);
        monitor.heartbeat(APP, connection);
        end(CloseReason.CLOSED_LOCALLY);
        assertOverAfter(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(value = CloseReason.class, names = "CLOSED_LOCALLY", mode = EnumSource.Mode.EXCLUDE)
    void isMissedAsOthersAreIfItEndsWhileThisServiceListens(CloseReason how) throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        end(how);
        assertOverAfter(how == CloseReason.CLOSED_BY_PEER ? TIMEOUT : TWO_TIMEOUTS);
    }

    @Test
    void staysAsLongAsItsFilesAreUsedAndForOneTimeoutMore() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        for (int i = 0; i < 20; i++) {
            fixture.pass(TIMEOUT.dividedBy(2));
            monitor.activity(APP);
            fixture.assertAlive(APP);
        }
        assertThat(status().state()).isEqualTo("deferred");
        assertThat(fixture.log("but stays")).as("said once").hasSize(1);
        assertThat(fixture.log("is alive")).isEmpty();
        assertOverAfter(TIMEOUT);
    }

    @Test
    void staysAsLongAsItsFilesChange() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        Duration second = Duration.ofSeconds(1);
        fixture.changed(dir, TIMEOUT.plus(second));
        fixture.pass(TWO_TIMEOUTS);
        fixture.assertAlive(APP);
        assertThat(status().state()).isEqualTo("deferred");
        assertOverAfter(second);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itsOwnTimeoutCountsForFilesToo(boolean usedInTime) throws Exception {
        Duration timeout = Duration.ofSeconds(10);
        registerListener(timeout, connection, DRIVER);
        restart();
        fixture.pass(timeout.plus(usedInTime ? MS : Duration.ZERO));
        monitor.activity(APP);
        fixture.pass(timeout.minus(usedInTime ? MS : Duration.ZERO));
        if (usedInTime) {
            fixture.assertAlive(APP);
            fixture.pass(MS);
        }
        fixture.assertOver(APP);
    }

    @Test
    void sparksOwnClientAtTheSameAddressKeepsNothingBack() throws Exception {
        registerDriver(TIMEOUT);
        registerListener(TIMEOUT, other, SAME_HOST);
        restart();
        assertOverAfter(TWO_TIMEOUTS);
    }

    @Test
    void sparksOwnClientWhoseConnectionThisServiceClosedIsMissedIfAListenerRunsBesideIt() throws Exception {
        registerListener(TIMEOUT, other, SAME_HOST);
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_LOCALLY);
        fixture.pass(TWO_TIMEOUTS);
        monitor.heartbeat(APP, other);
        fixture.pass(TIMEOUT);
        fixture.assertAlive(APP);
        monitor.driverDisconnected(APP, other, CloseReason.CLOSED_BY_PEER);
        fixture.assertOver(APP);
    }

    @Test
    void aStrangersAnnouncementDoesNotShortenTheLifeOfOneThatCannotComeBack() throws Exception {
        registerDriver(TIMEOUT);
        registerListener(MS, other, STRANGER);
        restart();
        assertOverAfter(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @Test
    void aStrangersShortTimeoutDoesNotShortenTheWait() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        registerListener(MS, other, STRANGER);
        restart();
        registerListener(MS, new Object(), STRANGER);
        assertOverAfter(TWO_TIMEOUTS);
    }

    @Test
    void aStrangerThatDoesNotComeBackLengthens() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        registerDriver(APP, TIMEOUT, other, STRANGER);
        restart();
        assertOverAfter(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @Test
    void aStrangerThatRegistersAfterARestartLengthensByItsTimeout() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        registerDriver(APP, TIMEOUT.multipliedBy(3), other, STRANGER);
        assertOverAfter(TIMEOUT.multipliedBy(6));
    }

    @Test
    void whatIsStoredStaysUntilAllHaveComeBack() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        registerDriver(APP, TIMEOUT, other, STRANGER);
        restart();
        assertOverAfter(TWO_TIMEOUTS);
    }

    @Test
    void aHeartbeatOfUnknownOriginBeginsTheWaitAnew() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        fixture.pass(TIMEOUT);
        monitor.heartbeat(APP, new Object());
        assertOverAfter(TWO_TIMEOUTS);
    }

    @Test
    void aCrowdCannotBeMissed() throws Exception {
        for (int i = 0; i <= DriverStates.MAX_TRACKED; i++) {
            registerListener(TIMEOUT, new Object(), DRIVER);
        }
        restart();
        assertOverAfter(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @Test
    void aReleaseByAnOperatorBeginsTheWaitAnew() throws Exception {
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        monitor.applicationAdmin().keep(APP).get(1, TimeUnit.MINUTES);
        fixture.pass(TWO_TIMEOUTS);
        fixture.assertAlive(APP);
        monitor.applicationAdmin().release(APP).get(1, TimeUnit.MINUTES);
        assertOverAfter(TWO_TIMEOUTS);
    }

    @Test
    void neverHasMoreTimeThanOthers() throws Exception {
        registerListener(Duration.ofHours(20), connection, DRIVER);
        restart();
        assertOverAfter(LivenessFixture.ORPHAN_TIMEOUT);
    }

    @Test
    void staysWhileTheMasterListsIt() throws Exception {
        fixture.close();
        ScriptedMaster master = new ScriptedMaster();
        master.frameworks.add(APP);
        fixture = new LivenessFixture(temp, LivenessFixture.ORPHAN_TIMEOUT, true, master);
        monitor = fixture.monitor;
        fixture.registerExecutor(APP, "0");
        registerListener(TIMEOUT, connection, DRIVER);
        restart();
        fixture.pass(TWO_TIMEOUTS);
        for (int i = 0; i < 100; i++) {
            fixture.assertAlive(APP);
            fixture.pass(TIMEOUT);
        }
        assertThat(status().state()).isEqualTo("deferred");
        master.frameworks.clear();
        master.completed.add(APP);
        fixture.pass(MasterPoller.MAX_BACKOFF);
        fixture.check();
        fixture.assertOver(APP);
    }
}
