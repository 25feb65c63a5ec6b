package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule from both sides: one ms before its deadline, and at it. */
final class LivenessMonitorTest {
    private static final String APP = "app-1";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration MS = Duration.ofMillis(1);

    private final Object connection = new Object();

    @TempDir
    private Path temp;

    private LivenessFixture fixture;
    private LivenessMonitor monitor;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LivenessFixture(temp);
        monitor = fixture.monitor;
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    @Test
    void tellsTheDirsOfAnApplicationThatIsOverAndNoOthers() throws Exception {
        LocalDir gone = fixture.registerExecutor(APP, "1");
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT);
        fixture.registerExecutor("other", "1");
        fixture.assertOver(APP);
        assertThat(fixture.forgotten).containsExactly(gone);
    }

    // Rule 1: a driver that registered in this run of the process.

    @Test
    void expiresADriverThatEndedInOrderAfterItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverThatEndedInOrderBeforeItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
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
        end(Disconnect.RESET);
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverWhoseConnectionWasResetBefore() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.RESET);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void countsSilenceFromTheLastHeartbeatNotFromTheEnd() throws Exception {
        registerDriver(TIMEOUT);
        fixture.pass(Duration.ofSeconds(100));
        monitor.heartbeat(APP);
        fixture.pass(Duration.ofSeconds(100));
        end(Disconnect.IN_ORDER);
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
            monitor.heartbeat(APP);
            fixture.assertAlive(APP);
        }
        assertThat(fixture.count("revivals")).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10_000, 3_600_000})
    void goesByTheDriversOwnTimeout(long timeoutMs) throws Exception {
        registerDriver(Duration.ofMillis(timeoutMs));
        end(Disconnect.IN_ORDER);
        fixture.pass(Duration.ofMillis(timeoutMs).minusNanos(1));
        fixture.assertAlive(APP);
        fixture.pass(Duration.ofNanos(1));
        fixture.assertOver(APP);
    }

    @Test
    void doesNotExpireADriverWithTheLongestOfTimeouts() throws Exception {
        registerDriver(Duration.ofMillis(Long.MAX_VALUE));
        end(Disconnect.IN_ORDER);
        fixture.pass(Duration.ofDays(3000));
        fixture.assertAlive(APP);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesATimeoutThatIsNone(long timeoutMs) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> monitor.driverRegistered(APP, timeoutMs, connection, "/10.0.0.1:1"))
                .withMessageContaining(String.valueOf(timeoutMs));
    }

    @ParameterizedTest
    @EnumSource
    void doesNotListenToTheEndOfAFormerConnection(Disconnect how) throws Exception {
        registerDriver(TIMEOUT);
        monitor.driverRegistered(APP, TIMEOUT.toMillis(), new Object(), "/10.0.0.1:2");
        end(how);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        fixture.pass(MS);
        fixture.assertOver(APP);
    }

    @ParameterizedTest
    @EnumSource
    void beginsAnewWhenADriverRegistersAgain(Disconnect how) throws Exception {
        registerDriver(TIMEOUT);
        end(how);
        fixture.pass(TIMEOUT.minus(MS));
        Object again = new Object();
        Duration longer = TIMEOUT.multipliedBy(3);
        monitor.driverRegistered(APP, longer.toMillis(), again, "/10.0.0.1:2");
        fixture.pass(longer.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
        monitor.driverDisconnected(APP, again, Disconnect.IN_ORDER);
        fixture.assertOver(APP);
    }

    // Rule 2: no driver that could be heard.

    @Test
    void doesNotExpireACutOffDriverForItsSilence() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.CUT_OFF_BY_US);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        assertThat(fixture.log("closed from here")).hasSize(1);
    }

    @Test
    void expiresACutOffDriverAfterTheOrphanTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.CUT_OFF_BY_US);
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
    void goesByRuleOneOnceARestoredApplicationsDriverRegisters() throws Exception {
        restore();
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }

    // Rule 3: activity.

    @Test
    void doesNotExpireADriverWhoseFilesWereInUseWithinItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        fixture.pass(TIMEOUT.minus(MS));
        fixture.assertAlive(APP);
        fixture.assertAlive(APP);
        assertThat(fixture.count("deferrals")).isEqualTo(1);
    }

    @Test
    void expiresADriverWhoseFilesWereQuietForItsTimeout() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
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
        end(Disconnect.IN_ORDER);
        monitor.expectChecks(interval);
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
    void expiresInTimeIfItsChecksAreInTime() throws Exception {
        Duration interval = Duration.ofSeconds(30);
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        monitor.expectChecks(interval);
        for (int i = 0; i < 3; i++) {
            fixture.pass(interval);
            fixture.assertAlive(APP);
        }
        fixture.pass(interval);
        fixture.assertOver(APP);
    }

    // What follows.

    @Test
    void writesTheLinesThatOperatorsKnow() throws Exception {
        fixture.registerExecutor(APP, "0");
        expire();
        assertThat(fixture.log())
                .endsWith(
                        "INFO org.apache.spark.deploy.mesos.MesosExternalShuffleBlockHandler: Application app-1 timed out."
                                + " Removing shuffle files.",
                        "INFO org.apache.spark.network.shuffle.ExternalShuffleBlockResolver: Application app-1 removed,"
                                + " cleanupLocalDirs = true");
    }

    @Test
    void deletesTheDirsOfAnApplicationThatIsOver() throws Exception {
        fixture.registerExecutor(APP, "0");
        fixture.registerExecutor(APP, "1");
        expire();
        fixture.awaitEmptyRoot();
        assertThat(fixture.count("expiries")).isEqualTo(1);
    }

    @Test
    void doesNotTouchTheDirsOfOthers() throws Exception {
        fixture.registerExecutor(APP, "0");
        var other = fixture.registerExecutor("app-2", "0");
        expire();
        fixture.settle();
        assertThat(other.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(fixture.registry.applications()).containsExactly("app-2");
    }

    @Test
    void leavesAllFilesIfCleanupIsOff() throws Exception {
        fixture.close();
        fixture = new LivenessFixture(temp, LivenessFixture.ORPHAN_TIMEOUT, false);
        monitor = fixture.monitor;
        var dir = fixture.registerExecutor(APP, "0");
        expire();
        assertThat(fixture.store.load().removals()).isEmpty();
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(fixture.log("removed, cleanupLocalDirs = false")).hasSize(1);
    }

    @Test
    void keepsAnApplicationWhoseRemovalCannotBePersisted() throws Exception {
        var dir = fixture.registerExecutor(APP, "0");
        fixture.breakRemovals(true);
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT.multipliedBy(2));
        for (int i = 0; i < 3; i++) {
            fixture.assertAlive(APP);
        }
        assertThat(fixture.log("WARN")).singleElement().asString().contains(APP, "could not be persisted");
        assertThat(fixture.log("timed out")).hasSize(1);
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(fixture.count("expiries")).isZero();

        // It is alive in full: a heartbeat is known, and keeps it.
        monitor.heartbeat(APP);
        fixture.breakRemovals(false);
        fixture.assertAlive(APP);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
        fixture.awaitEmptyRoot();
        assertThat(fixture.count("unknownHeartbeats")).isZero();
    }

    @Test
    void takesTheNewDriverOverTheOldOneWhenARemovalFails() throws Exception {
        fixture.registerExecutor(APP, "0");
        fixture.breakRemovals(true);
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT.multipliedBy(2));
        monitor.check();
        monitor.driverRegistered(APP, TIMEOUT.toMillis(), new Object(), "/10.0.0.1:2");
        fixture.settle();
        fixture.breakRemovals(false);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    // Heartbeats of nobody.

    @Test
    void warnsOnceOfAHeartbeatAfterTheRemoval() throws Exception {
        fixture.registerExecutor(APP, "0");
        expire();
        monitor.heartbeat(APP);
        monitor.heartbeat(APP);
        assertThat(fixture.count("unknownHeartbeats")).isEqualTo(2);
        assertThat(fixture.log("WARN"))
                .singleElement()
                .asString()
                .contains(APP, "was removed", "spark.network.timeout");
    }

    @Test
    void warnsOnceOfAHeartbeatOfAnUnknownApplication() {
        monitor.heartbeat("stranger\n");
        monitor.heartbeat("stranger\n");
        monitor.activity("stranger\n");
        assertThat(fixture.count("unknownHeartbeats")).isEqualTo(2);
        assertThat(fixture.log("WARN")).singleElement().asString().contains("stranger?", "never registered");
    }

    @Test
    void doesNotKeepAnythingOfStrangers() throws Exception {
        for (int i = 0; i < 1000; i++) {
            monitor.activity("stranger-" + i);
            monitor.driverDisconnected("stranger-" + i, connection, Disconnect.IN_ORDER);
        }
        fixture.check();
        assertThat(fixture.gauge("applications.withoutDriver")).isEqualTo(0L);
    }

    // Survival.

    @Test
    void judgesTheOthersIfOneJudgementFails() throws Exception {
        for (String app : List.of("app-1", "app-2", "app-3")) {
            registerDriver(app);
        }
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.breakReadings(2, 3);
        fixture.check();
        assertThat(fixture.registry.applications()).hasSize(1);
        fixture.check();
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void tellsOfAFailureOnce() throws Exception {
        registerDriver(TIMEOUT);
        for (int i = 0; i < 5; i++) {
            fixture.breakReadings(2, 3);
            fixture.check();
        }
        assertThat(fixture.log("ERROR")).hasSize(1);
    }

    // What operators see.

    @Test
    void showsApplicationsByState() throws Exception {
        registerDriver("app-1");
        fixture.pass(TIMEOUT);
        registerDriver("app-2");
        fixture.registerExecutor("app-3", "0");
        fixture.check();
        assertThat(fixture.gauge("applications.driverHeard")).isEqualTo(1L);
        assertThat(fixture.gauge("applications.driverSilent")).isEqualTo(1L);
        assertThat(fixture.gauge("applications.withoutDriver")).isEqualTo(1L);
        assertThat(fixture.gauge("heartbeatAgeMaxMillis")).isEqualTo(TIMEOUT.toMillis());
        monitor.heartbeat("app-1");
        assertThat(fixture.gauge("applications.driverSilent")).isEqualTo(0L);
        assertThat(fixture.count("revivals")).isEqualTo(1);
    }

    private void registerDriver(Duration timeout) throws Exception {
        monitor.driverRegistered(APP, timeout.toMillis(), connection, "/10.0.0.1:1");
        fixture.registry.registerDriver(APP, timeout.toMillis()).get(1, TimeUnit.MINUTES);
    }

    private void registerDriver(String appId) throws Exception {
        monitor.driverRegistered(appId, TIMEOUT.toMillis(), new Object(), "/10.0.0.1:1");
        fixture.registry.registerDriver(appId, TIMEOUT.toMillis()).get(1, TimeUnit.MINUTES);
    }

    private void restore() throws Exception {
        fixture.registerExecutor(APP, "0");
        monitor.restored(fixture.registry.applications());
    }

    private void end(Disconnect how) {
        monitor.driverDisconnected(APP, connection, how);
    }

    private void expire() throws Exception {
        registerDriver(TIMEOUT);
        end(Disconnect.IN_ORDER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }
}
