package dev.mesosshuffle.orphans;

import static dev.mesosshuffle.orphans.OrphanFixture.OTHER_UUID;
import static dev.mesosshuffle.orphans.OrphanFixture.UUID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.cleanup.LocalDirRefusedException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may name a dir, so that it is no orphan, and where one is searched for; nothing is deleted here. */
final class OrphanScanTest {
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
    @ValueSource(ints = {0, 1})
    void isNoneIfAServiceOfAnyPortNamesIt(int service) throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.register(service == 0 ? host.store : host.otherStore, dir).get();
        host.assertNone();
    }

    @Test
    void isNoneIfAServiceNamesWhatIsInIt() throws Exception {
        host.register(host.otherStore, host.old("spark-" + UUID + "/executor-" + UUID + "/blockmgr-1"))
                .get();
        host.assertNone();
    }

    @Test
    void isNoneIfThisServiceClaimsItInMemoryAlone() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        host.claimed.add(dir.path());
        host.assertNone();
        host.claimed.clear();
        host.assertOrphan(dir);
    }

    @Test
    void isNoneIfItIsBeingDeletedAnyway() throws Exception {
        LocalDir going = host.old("going-2-blockmgr-1");
        host.otherStore
                .removeApplication("app", List.of(new StoredRemoval(host.localDirs.dir("blockmgr-1"), "app", null)))
                .get();
        host.assertNone();
        host.otherStore.deleteRemoval(host.localDirs.dir("blockmgr-1")).get();
        host.assertOrphan(going);
    }

    @Test
    void isNoneIfWhatItLiesInIsBeingDeletedAnyway() throws Exception {
        host.old("spark-" + UUID + "/executor-" + UUID + "/blockmgr-1");
        LocalDir tree = host.localDirs.dir("spark-" + UUID);
        assertThat(host.registries.recordRemoval(new StoredRemoval(tree, null, null), tree.path(), () -> {}))
                .isTrue();
        host.assertNone();
        host.registries.deleteRemoval(tree.path());
        host.assertOrphan(tree);
    }

    /** Another service's registry may name it, in UTF-8. */
    @Test
    void isNoneIfItsNameCannotBeSpelled() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        rename("$1/blockmgr-1", "$1/$(printf 'blockmgr-\\374')");
        host.assertNone();
        rename("$1/$(printf 'blockmgr-\\374')", "$1/blockmgr-1");
        host.assertOrphan(dir);
    }

    private void rename(String from, String to) throws Exception {
        Process process = new ProcessBuilder(
                        "sh", "-c", "mv \"" + from + "\" \"" + to + "\"", "sh", host.localDirs.root.toString())
                .start();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void looksIntoAWorkersDirForTheDirsOfItsExecutors() throws Exception {
        String worker = "spark-" + UUID;
        host.old(worker + "/executor-" + OTHER_UUID + "/blockmgr-1");
        LocalDir bare = host.old(worker + "/blockmgr-2");
        LocalDir live = host.old(worker + "/executor-" + UUID + "/blockmgr-3");
        LocalDir young = host.old(worker + "/executor-" + UUID.replace('0', '1') + "/blockmgr-4");
        Files.createDirectory(young.path().resolve("0b"));
        host.old(worker + "/data");
        host.age(host.localDirs.root.resolve(worker + "/executor-" + UUID.replace('0', '1')), Duration.ofHours(23));
        host.register(host.store, live).get();
        host.scanner.scan();
        assertThat(host.found())
                .containsExactlyInAnyOrder(host.localDirs.dir(worker + "/executor-" + OTHER_UUID), bare);
    }

    @Test
    void isNoneIfItHoldsARootOrAStateDir() throws Exception {
        LocalDir holder = host.old("spark-" + UUID + "/state");
        LocalDir tree = host.localDirs.dir("spark-" + UUID);
        OrphanScan free = scan(Set.of());
        assertThat(free.scan()).extracting(Orphan::dir).containsExactly(tree);
        assertThat(scan(Set.of(holder.path())).scan()).isEmpty();
        assertThat(scan(Set.of(tree.path())).scan()).isEmpty();
        assertThat(host.orphanPolicy.protectedPaths()).contains(host.localDirs.root, host.stateDir);
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> host.policy.checkOrphan(tree, Set.of(holder.path())));
    }

    @Test
    void isNoneIfTheInspectionIsIncomplete() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        assertThatExceptionOfType(NotAnOrphanException.class)
                .isThrownBy(() -> host.orphanPolicy.judge(dir, host.proc.view(), () -> true));
    }

    @Test
    void takesANewSnapshotOfTheHostInALongScan() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        long[] now = new long[1];
        OrphanScan scan = new OrphanScan(
                host.localDirs.root,
                host.orphanPolicy,
                Set.of(),
                host.registries.knownDirs(),
                () -> now[0],
                () -> false);
        // What it saw of them when it began, it has seen long ago when it comes to this dir.
        host.proc.opens(1, dir.path().resolve("0a"));
        now[0] = Duration.ofMinutes(1).toNanos();
        assertThat(scan.scan()).isEmpty();
    }

    @Test
    void judgesABoundedNumberOfDirs() throws Exception {
        for (int i = 1; i <= 3; i++) {
            host.old("blockmgr-" + i);
        }
        assertThat(scan(2).scan()).hasSize(2);
        assertThat(scan(3).scan()).hasSize(3);
    }

    private OrphanScan scan(int maxCandidates) throws Exception {
        return new OrphanScan(
                host.localDirs.root,
                host.orphanPolicy,
                Set.of(),
                host.registries.knownDirs(),
                () -> 0,
                () -> false,
                maxCandidates);
    }

    private OrphanScan scan(Set<Path> protectedPaths) throws Exception {
        return new OrphanScan(
                host.localDirs.root,
                host.orphanPolicy,
                protectedPaths,
                host.registries.knownDirs(),
                () -> 0,
                () -> false);
    }
}
