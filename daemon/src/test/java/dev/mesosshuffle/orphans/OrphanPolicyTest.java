package dev.mesosshuffle.orphans;

import static dev.mesosshuffle.orphans.OrphanFixture.UUID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.cleanup.LocalDirFixture;
import dev.mesosshuffle.host.LocalFileSystems;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is an orphan, and what is none; nothing is deleted here. */
final class OrphanPolicyTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration YOUNG = OrphanFixture.TIMEOUT.minus(HOUR);

    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.REPORT);
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "blockmgr-" + UUID,
                "blockmgr-1",
                "spark-" + UUID,
                "going-blockmgr-1",
                "going-2-blockmgr-1",
                "going-spark-" + UUID,
                "going-going-8-blockmgr-1"
            })
    void searchesForWhatSparkMakes(String name) throws Exception {
        host.assertOrphan(host.old(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark-events",
                "spark-3.5.9-bin-hadoop3",
                "spark-" + UUID + "-copy",
                "executor-" + UUID,
                "blockmgr-",
                "my-blockmgr-1",
                "going-home",
                "data",
                "data/blockmgr-1",
                "spark-1/blockmgr-1",
                "spark-events/spark-" + UUID,
            })
    void leavesWhatPeopleMake(String name) throws Exception {
        host.old(name);
        host.assertNone();
    }

    @Test
    void isNoneUntilTheTimeoutIsOver() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.age(dir.path(), OrphanFixture.TIMEOUT);
        host.assertNone();
        host.age(dir.path(), OrphanFixture.TIMEOUT.plusMillis(1));
        host.assertOrphan(dir);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0a", "0a/shuffle_0_0_0.data", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1"})
    void countsAChangeAtAnyDepth(String changed) throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        Files.createDirectories(dir.path().resolve("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1"));
        host.age(dir.path(), OrphanFixture.OLD);
        host.assertOrphan(dir);
        host.touch(dir.path().resolve(changed), YOUNG);
        host.assertNone();
    }

    @Test
    void isNoneWithATimeInTheFuture() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.touch(dir.path().resolve("0a"), HOUR.negated());
        host.assertNone();
    }

    @Test
    void countsALinksOwnTimeAndNotItsTargets() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        Path target = Files.createFile(host.localDirs.root.resolve("young"));
        Path link = Files.createSymbolicLink(dir.path().resolve("0a/link"), target);
        host.touch(dir.path().resolve("0a"), OrphanFixture.OLD);
        // The link itself is young.
        host.assertNone();
        assertThat(new ProcessBuilder("touch", "-h", "-d", "3 days ago", link.toString())
                        .start()
                        .waitFor())
                .isZero();
        host.assertOrphan(dir);
    }

    @Test
    void isNoneWhileAProcessHasAFileOpen() throws Exception {
        LocalDir dir = host.old("spark-" + UUID + "/deep/er");
        LocalDir tree = host.localDirs.dir("spark-" + UUID);
        host.assertOrphan(tree);
        host.proc.opens(1, dir.path().resolve("0a/shuffle_0_0_0.data"));
        host.assertNone();
    }

    @Test
    void isNoneWhileAProcessHasADirOpen() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.proc.opens(1, dir.path());
        host.assertNone();
    }

    @Test
    void isOneThoughAnotherDirsFileIsOpen() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.proc.opens(1, host.old("blockmgr-2").path().resolve("0a/shuffle_0_0_0.data"));
        host.scanner.scan();
        assertThat(host.found()).containsExactly(dir);
    }

    @Test
    void isNoneAfterTheTimeoutWhereNotEveryProcessIsSeen() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.proc.namespace("pid", "pid:[4026532180]");
        host.assertNone();
        host.proc.namespace("pid", "pid:[4026531836]");
        host.assertOrphan(dir);
    }

    @Test
    void isOneIfOlderThanTheBootWhereNotEveryProcessIsSeen() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.proc.namespace("pid", "pid:[4026532180]");
        host.proc.uptime(OrphanFixture.OLD);
        host.assertNone();
        host.proc.uptime(OrphanFixture.OLD.minus(HOUR));
        host.assertOrphan(dir);
    }

    @Test
    void isOneSoonAfterABootWithoutWaitingForTheTimeout() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.age(dir.path(), HOUR);
        host.assertNone();
        host.proc.uptime(HOUR.dividedBy(2));
        host.assertOrphan(dir);
    }

    @Test
    void isNoneIfOpenThoughOlderThanTheBoot() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.proc.uptime(HOUR);
        host.assertOrphan(dir);
        host.proc.opens(1, dir.path().resolve("0a"));
        host.assertNone();
    }

    @Test
    void goesByTheTimeoutAloneWhereTheBootIsNotKnown() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.proc.namespace("time", "time:[1]");
        host.proc.uptime(HOUR);
        host.assertOrphan(dir);
        host.age(dir.path(), YOUNG);
        host.assertNone();
    }

    @Test
    void isNoneWhereNeitherTheBootIsKnownNorEveryProcessSeen() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.age(dir.path(), Duration.ofDays(1000));
        host.proc.namespace("time", "time:[1]");
        host.proc.namespace("pid", "pid:[1]");
        host.assertNone();
    }

    @Test
    void isNoneWhileASparkProcessIsAsOldAsItsLastChange() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        Duration change = Duration.ofHours(100).minus(OrphanFixture.OLD);
        host.proc.process(7, "java org.apache.spark.deploy.SparkSubmit", change.plus(HOUR));
        host.proc.process(8, "java org.apache.kafka.Kafka", change.minus(HOUR));
        host.assertOrphan(dir);
        host.proc.process(9, "java org.apache.spark.deploy.SparkSubmit", change.minus(HOUR));
        host.assertNone();
    }

    @Test
    void isNoneIfItIsALinkOrAFile() throws Exception {
        Files.createSymbolicLink(
                host.localDirs.root.resolve("blockmgr-1"), host.localDirs.outside.resolve("blockmgr-1"));
        Files.createFile(host.localDirs.root.resolve("blockmgr-2"));
        host.proc.uptime(Duration.ZERO);
        host.age(host.localDirs.outside, OrphanFixture.OLD);
        host.assertNone();
    }

    @Test
    void measuresItAndFollowsNoLink() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        Files.createSymbolicLink(dir.path().resolve("0a/link"), host.localDirs.outside);
        assertThat(new ProcessBuilder(
                                "touch",
                                "-h",
                                "-d",
                                "3 days ago",
                                dir.path().resolve("0a/link").toString())
                        .start()
                        .waitFor())
                .isZero();
        host.touch(dir.path().resolve("0a"), OrphanFixture.OLD);
        host.scanner.scan();
        assertThat(host.gauge("orphans.dirs")).isEqualTo(1);
        assertThat(host.gauge("orphans.bytes")).isEqualTo((long) LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs", "nfs4", "cifs", "ceph", "fuse.glusterfs", "fuse.sshfs", "9p", "lustre"})
    void isNoneWhereOtherHostsMayUseIt(String fileSystem) {
        assertThat(LocalFileSystems.contains(fileSystem)).isFalse();
        assertThat(LocalFileSystems.contains("ext4")).isTrue();
    }

    @Test
    void isNoneUnderARootOnSuchAFileSystem() {
        LocalDir dir = new LocalDir(Path.of("/proc"), Path.of("/proc/blockmgr-1"));
        assertThatExceptionOfType(NotAnOrphanException.class)
                .isThrownBy(() -> host.orphanPolicy.judge(dir, host.proc.view(), () -> false))
                .withMessageContaining("other hosts may use its file system, proc");
    }

    @Test
    void isNoneIfThisUserCouldNotDeleteIt() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.assertOrphan(dir);
        ProcessCredentials stranger = new ProcessCredentials(12345, Set.of(12345), false, false);
        OrphanPolicy policy = new OrphanPolicy(
                host.policy,
                host.registries,
                path -> false,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                OrphanFixture.TIMEOUT,
                stranger,
                host.proc::view);
        assertThatExceptionOfType(NotAnOrphanException.class)
                .isThrownBy(() -> policy.judge(dir, host.proc.view(), () -> false))
                .withMessageContaining("this service cannot delete");
    }

    @Test
    void isNoneIfItHoldsADirOfSomebodyElsesThatThisUserCouldNotDelete() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        int uid = ProcessCredentials.owner(dir.path());
        ProcessCredentials owner = new ProcessCredentials(uid, Set.of(), false, false);
        TreeInspector inspector = inspector(dir, owner);
        inspector.inspect();
        assertThat(inspector.bytes()).isEqualTo(LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);
        Files.setPosixFilePermissions(dir.path().resolve("0a"), PosixFilePermissions.fromString("r-xr-xr-x"));
        assertThatExceptionOfType(NotAnOrphanException.class)
                .isThrownBy(() -> inspector(dir, owner).inspect())
                .withMessageContaining("/0a");
    }

    private TreeInspector inspector(LocalDir dir, ProcessCredentials identity) {
        return new TreeInspector(
                dir,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                OrphanFixture.TIMEOUT,
                host.proc.view().openFiles(),
                identity,
                () -> false);
    }
}
