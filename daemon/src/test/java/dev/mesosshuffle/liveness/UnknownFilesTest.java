package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.activity.ScanFailureReporter;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An application whose files cannot be looked at stays, whatever else speaks for its end, until they can. */
final class UnknownFilesTest extends MonitoredApplications {
    private static final String STAYS = "WARN dev.mesosshuffle.activity.ScanFailureReporter: Application app-1 stays";

    private LocalDir dir;

    @BeforeEach
    void makeDue() throws Exception {
        dir = fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource
    void isKeptWhileALookFailsAndGoesOnceItDoesNot(FaultyFiles.Fault fault) throws Exception {
        fixture.files.fail(fault);
        for (int i = 0; i < 3; i++) {
            fixture.assertAlive(APP);
            fixture.pass(Duration.ofDays(100));
        }
        assertThat(status().state()).isEqualTo("deferred");
        assertThat(status().reason()).contains("its local directories cannot be scanned (");
        assertThat(status().nextStep())
                .isEqualTo("stays until its local directories can be scanned, or an operator removes it");
        assertThat(fixture.count("deferrals.unknown")).isOne();
        assertThat(fixture.count("failedScans")).isEqualTo(3);

        fixture.files.fail(null);
        fixture.assertOver(APP);
        assertThat(fixture.log("The scan is retried")).hasSize(3);
        assertThat(fixture.log("can be scanned again")).hasSize(1);
        fixture.awaitEmptyRoot();
    }

    @ParameterizedTest
    @EnumSource
    void isKeptWhenOnlyOneDirInADirCannotBeLookedAt(FaultyFiles.Fault fault) throws Exception {
        fixture.files.fail(fault, path -> path.endsWith("0a") || path.endsWith(dir.path()));
        fixture.assertAlive(APP);
        fixture.assertAlive(APP);
    }

    @Test
    void isLoggedOnceADayForEachReason() throws Exception {
        fixture.files.fail(FaultyFiles.Fault.NO_DESCRIPTORS);
        checkFor(Duration.ofHours(23));
        assertThat(fixture.log(STAYS)).hasSize(1).first().asString().contains(dir.path() + ": Too many open files");
        fixture.files.fail(FaultyFiles.Fault.DENIED);
        checkFor(Duration.ofMinutes(30));
        assertThat(fixture.log(STAYS)).hasSize(2).last().asString().contains("permission denied");
        fixture.files.fail(FaultyFiles.Fault.NO_DESCRIPTORS);
        checkFor(Duration.ofHours(2));
        assertThat(fixture.log(STAYS)).hasSize(3);
        assertThat(fixture.log("WARN")).hasSize(3);
        assertThat(fixture.log("ERROR")).isEmpty();
    }

    private void checkFor(Duration time) throws Exception {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusMinutes(10)) {
            fixture.check();
            fixture.pass(Duration.ofMinutes(10));
        }
    }

    @Test
    void isKeptWhenTheDiskTakesNoMoreWork() throws Exception {
        fixture.disksFull = true;
        fixture.assertAlive(APP);
        assertThat(status().reason()).contains("too many tasks wait for the disk already");
        fixture.disksFull = false;
        fixture.assertOver(APP);
    }

    @Test
    void isKeptByItsChangesThoughNotAllCouldBeSeen() throws Exception {
        fixture.changed(dir, TIMEOUT);
        fixture.files.fail(FaultyFiles.Fault.NO_DESCRIPTORS, path -> path.equals(fixture.root));
        fixture.assertAlive(APP);
        assertThat(fixture.count("deferrals.files")).isOne();
        assertThat(fixture.count("deferrals.unknown")).isZero();
    }

    @Test
    void aHeartbeatMakesItAliveWithoutALook() throws Exception {
        fixture.files.fail(FaultyFiles.Fault.IO_ERROR);
        fixture.assertAlive(APP);
        monitor.heartbeat(APP, connection);
        assertThat(status().state()).isEqualTo("alive");
    }

    @Test
    void anOperatorMayRemoveIt() throws Exception {
        fixture.files.fail(FaultyFiles.Fault.DENIED);
        fixture.assertAlive(APP);
        monitor.applicationAdmin().remove(APP).get(1, TimeUnit.MINUTES);
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void isKeptWhileRowsOfItCannotBeRead() throws Exception {
        String path = dir.path().toString();
        fixture.sql("UPDATE local_dirs SET path = 'nowhere'");
        try (LivenessFixture next = fixture.reopened(temp)) {
            next.pass(LivenessFixture.ORPHAN_TIMEOUT.multipliedBy(2));
            next.assertAlive(APP);
            assertThat(next.monitor.applicationAdmin().applications().get(0).reason())
                    .contains("not all of them are known");
            next.sql("UPDATE local_dirs SET path = '" + path + "'");
        }
        try (LivenessFixture next = fixture.reopened(temp)) {
            next.pass(LivenessFixture.ORPHAN_TIMEOUT.multipliedBy(2));
            next.assertOver(APP);
        }
    }

    // What is not there.

    @Test
    void aDirThatIsNotThereKeepsNobody() throws Exception {
        deleteDir();
        fixture.assertOver(APP);
    }

    @Test
    void aDirThatIsNotThereKeepsWhileItsRootIsAnother() throws Exception {
        Path away = fixture.root.resolveSibling("away");
        Files.move(fixture.root, away);
        Files.createDirectory(fixture.root);
        fixture.assertAlive(APP);
        assertThat(status().reason()).contains("its inode is");
        Files.delete(fixture.root);
        fixture.assertAlive(APP);
        Files.move(away, fixture.root);
        fixture.assertOver(APP);
    }

    @Test
    void aFileInTheDirsPlaceKeeps() throws Exception {
        deleteDir();
        Files.createFile(dir.path());
        fixture.assertAlive(APP);
        Files.delete(dir.path());
        fixture.assertOver(APP);
    }

    @Test
    void whatVanishesDuringALookIsAChange() throws Exception {
        fixture.files.fail(null);
        LastChange gone = LastChange.NOW;
        assertThat(gone.failure()).isNull();
        fixture.files.vanish(dir.path().resolve("0a"));
        fixture.assertAlive(APP);
        assertThat(fixture.count("deferrals.files")).isOne();
        assertThat(fixture.count("failedScans")).isZero();
    }

    private void deleteDir() throws Exception {
        Files.delete(dir.path().resolve("0a/shuffle_0_0_0.data"));
        Files.delete(dir.path().resolve("0a"));
        Files.delete(dir.path());
    }

    @Test
    void namesThreeApplicationsForOneReasonAndSaysOnceThatThereAreMore() {
        LogCapture log = LogCapture.of(ScanFailureReporter.class);
        ScanFailureReporter reports = new ScanFailureReporter(new Counter(), () -> 0);
        ScanFailure failure = new ScanFailure("/a", "Input/output error");
        for (int app = 1; app <= 60; app++) {
            reports.failed("app-" + app, failure);
            reports.failed("app-" + app, failure);
        }
        assertThat(log.lines()).hasSize(4);
        assertThat(log.lines().get(3))
                .isEqualTo("WARN More applications stay for the same reason (Input/output error);"
                        + " the command apps lists them.");
        for (int app = 1; app <= 60; app++) {
            reports.succeeded("app-" + app);
        }
        assertThat(log.lines()).as("who was named is named again").hasSize(7);
        log.close();
    }

    // Disks that hang.

    @Test
    void aDiskThatHangsIsShownButLoggedByWhoWatchesIt() throws Exception {
        List<Runnable> look = new ArrayList<>();
        fixture.diskTasks = look;
        fixture.check();
        assertThat(status().state()).isEqualTo("unresponsive");
        fixture.pass(Duration.ofSeconds(10));
        fixture.check();
        fixture.pass(Duration.ofHours(1));
        fixture.check();
        assertThat(status().state()).isEqualTo("deferred");
        assertThat(status().reason()).contains("the disk does not respond");
        assertThat(fixture.log(STAYS)).isEmpty();
        assertThat(look).hasSize(1);

        fixture.diskTasks = null;
        look.forEach(Runnable::run);
        fixture.settle();
        assertThat(fixture.registry.applications()).isEmpty();
        assertThat(fixture.log("can be scanned again")).isEmpty();
    }

    @Test
    void whatWasSeenBeforeADiskHungIsTooOldToEndIt() throws Exception {
        fixture.files.before(dir.path().resolve("0a"), () -> fixture.pass(Duration.ofSeconds(31)));
        fixture.assertAlive(APP);
        assertThat(status().reason()).contains("the disk took too long to respond");
        fixture.files.before(dir.path().resolve("0a"), () -> fixture.pass(Duration.ofSeconds(29)));
        fixture.assertOver(APP);
    }
}
