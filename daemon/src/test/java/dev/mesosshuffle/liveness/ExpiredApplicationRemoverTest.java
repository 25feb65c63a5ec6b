package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows from the end of an application, and what operators see. */
final class ExpiredApplicationRemoverTest extends MonitoredApplications {
    @Test
    void tellsTheDirsOfAnApplicationThatIsOverAndNoOthers() throws Exception {
        LocalDir gone = fixture.registerExecutor(APP, "1");
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.registerExecutor("other", "1");
        fixture.assertOver(APP);
        assertThat(fixture.removedDirs).containsExactly(gone);
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
    void tellsEachStepOnceWithItsReason() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT);
        fixture.check();
        fixture.check();
        monitor.heartbeat(APP, connection);
        monitor.heartbeat(APP, connection);
        fixture.pass(TIMEOUT.minus(MS));
        monitor.activity(APP);
        fixture.pass(MS);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.check();
        fixture.check();
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
        assertThat(fixture.log().stream().filter(line -> line.contains(" dev.mesosshuffle.liveness.")))
                .extracting(line -> line.substring(line.indexOf(": Application") + 2))
                .containsExactly(
                        "Application app-1: its driver at /10.0.0.1:1 has sent no heartbeat for 120 s, and its connection"
                                + " is open.",
                        "Application app-1 is alive: its driver sent a heartbeat again after 120 s.",
                        "Application app-1: its driver at /10.0.0.1:1 has sent no heartbeat for 120 s, and its connection"
                                + " is open.",
                        "Application app-1 would expire (its driver at /10.0.0.1:1 sent no heartbeat for 120 s, and it"
                                + " closed its connection), but stays: its files were in use within the last 120 s.",
                        "Application app-1 expired: its driver at /10.0.0.1:1 sent no heartbeat for 240 s, and it closed its"
                                + " connection.");
        assertThat(fixture.count("heartbeatTimeouts")).isEqualTo(2);
        assertThat(fixture.count("deferrals.activity")).isEqualTo(1);
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
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.multipliedBy(2));
        for (int i = 0; i < 3; i++) {
            fixture.assertAlive(APP);
        }
        assertThat(fixture.log("WARN")).singleElement().asString().contains(APP, "could not be persisted");
        assertThat(fixture.log("timed out")).hasSize(1);
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(fixture.count("expiries")).isZero();

        // It is alive in full: a heartbeat is known, and keeps it.
        monitor.heartbeat(APP, connection);
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
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT.multipliedBy(2));
        monitor.check();
        monitor.driverRegistered(APP, TIMEOUT.toMillis(), false, new Object(), "/10.0.0.1:2");
        fixture.settle();
        fixture.breakRemovals(false);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void revivesWhatIsHeardWhileARemovalThatFailsIsPersisted() throws Exception {
        fixture.registerExecutor(APP, "0");
        fixture.breakRemovals(true);
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.whileTheStoreWaits(() -> {
            monitor.check();
            assertThat(fixture.gauge("applications.removing")).isEqualTo(1L);
            monitor.heartbeat(APP, connection);
        });
        fixture.settle();
        assertThat(fixture.count("unknownHeartbeats")).isZero();
        assertThat(fixture.gauge("applications.alive")).isEqualTo(1L);
        assertThat(fixture.count("recoveries")).isEqualTo(1);
        fixture.breakRemovals(false);
        fixture.pass(TIMEOUT.multipliedBy(2).minus(MS));
        fixture.assertAlive(APP);
    }

    @Test
    void countsWhatIsHeardWhileARemovalThatSucceedsIsPersisted() throws Exception {
        fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        fixture.pass(TIMEOUT.multipliedBy(2));
        fixture.whileTheStoreWaits(() -> {
            monitor.check();
            monitor.heartbeat(APP, connection);
            monitor.heartbeat(APP, connection);
        });
        fixture.settle();
        assertThat(fixture.count("unknownHeartbeats")).isEqualTo(2);
        assertThat(fixture.log("WARN")).singleElement().asString().contains(APP, "was removed");
        assertThat(fixture.registry.applications()).isEmpty();
        assertThat(fixture.gauge("applications.removing")).isEqualTo(0L);
    }

    // Heartbeats of nobody.

    @Test
    void warnsOnceOfAHeartbeatAfterTheRemoval() throws Exception {
        fixture.registerExecutor(APP, "0");
        expire();
        monitor.heartbeat(APP, connection);
        monitor.heartbeat(APP, connection);
        assertThat(fixture.count("unknownHeartbeats")).isEqualTo(2);
        assertThat(fixture.log("WARN"))
                .singleElement()
                .asString()
                .contains(APP, "was removed", "spark.network.timeout");
    }

    @Test
    void warnsOnceOfAHeartbeatOfAnUnknownApplication() {
        monitor.heartbeat("stranger\n", connection);
        monitor.heartbeat("stranger\n", connection);
        monitor.activity("stranger\n");
        assertThat(fixture.count("unknownHeartbeats")).isEqualTo(2);
        assertThat(fixture.log("WARN")).singleElement().asString().contains("stranger\\u000a", "never registered");
    }

    @Test
    void doesNotKeepAnythingOfStrangers() throws Exception {
        for (int i = 0; i < 1000; i++) {
            monitor.activity("stranger-" + i);
            monitor.driverDisconnected("stranger-" + i, connection, CloseReason.CLOSED_BY_PEER);
        }
        fixture.check();
        assertThat(fixture.gauge("applications.driverless")).isEqualTo(0L);
    }

    // Survival.

    @Test
    void judgesTheOthersIfOneJudgementFails() throws Exception {
        for (String app : List.of("app-1", "app-2", "app-3")) {
            registerDriver(app);
        }
        fixture.pass(Duration.ofHours(1));
        fixture.brokenApp = "app-2";
        fixture.check();
        assertThat(fixture.registry.applications()).containsExactly("app-2");
        fixture.brokenApp = null;
        fixture.check();
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void looksAgainIfAJudgementAfterALookFails() throws Exception {
        LocalDir dir = fixture.registerExecutor(APP, "0");
        fixture.check();
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT.minusHours(1));
        fixture.check();
        fixture.pass(Duration.ofHours(1));
        List<Runnable> look = new ArrayList<>();
        fixture.diskTasks = look;
        fixture.check();
        assertThat(look).hasSize(1);
        // A change takes back what is stored of its quiet time, and that is what fails here.
        fixture.changed(dir, LivenessFixture.ORPHAN_TIMEOUT);
        fixture.brokenApp = APP;
        look.forEach(Runnable::run);
        assertThat(fixture.log("ERROR")).hasSize(1);
        fixture.brokenApp = null;
        fixture.diskTasks = null;
        fixture.assertAlive(APP);
        fixture.pass(LivenessFixture.ORPHAN_TIMEOUT);
        fixture.assertOver(APP);
    }

    @Test
    void tellsOfAFailureOnce() throws Exception {
        registerDriver(TIMEOUT);
        for (int i = 0; i < 5; i++) {
            fixture.pass(Duration.ofHours(1));
            fixture.brokenApp = APP;
            fixture.check();
        }
        fixture.brokenApp = null;
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
        assertThat(fixture.gauge("applications.alive")).isEqualTo(1L);
        assertThat(fixture.gauge("applications.unresponsive")).isEqualTo(1L);
        assertThat(fixture.gauge("applications.driverless")).isEqualTo(1L);
        assertThat(fixture.gauge("heartbeatAgeMaxMillis")).isEqualTo(TIMEOUT.toMillis());
        monitor.heartbeat("app-1", connection);
        assertThat(fixture.gauge("applications.unresponsive")).isEqualTo(0L);
        assertThat(fixture.count("recoveries")).isEqualTo(1);
    }
}
