package dev.mesosshuffle.orphans;

import static dev.mesosshuffle.orphans.OrphanFixture.UUID;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirDeletion;
import dev.mesosshuffle.cleanup.LocalDirFixture;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.probes.HungRoots;
import dev.mesosshuffle.testing.DirectExecutorService;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done about orphans, from the search to the last file. */
final class OrphanScannerTest {
    private final LogCapture log = LogCapture.ofPackages(OrphanScanner.class);

    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.DELETE);
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
        log.close();
    }

    @Test
    void deletesOrphansAndNothingElse() throws Exception {
        host.old("blockmgr-1");
        host.old("spark-" + UUID + "/executor-" + UUID + "/blockmgr-2");
        host.old("going-blockmgr-3");
        host.localDirs.filledDir("blockmgr-young");
        host.register(host.otherStore, host.old("blockmgr-registered")).get();
        host.old("spark-events");
        host.scanner.scan();
        assertThat(host.left()).containsExactlyInAnyOrder("blockmgr-young", "blockmgr-registered", "spark-events");
        assertThat(host.gauge("cleanup.pendingDirs")).isEqualTo(0);
        assertThat(host.store.loadRemovals()).hasSize(3).noneMatch(intent -> intent.rootInode() == null);
        host.forget();
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.otherStore.loadRemovals()).isEmpty();
        assertThat(host.count("orphans.deletedDirs")).isEqualTo(3);
        assertThat(host.count("cleanup.deletedFiles")).isEqualTo(3 * LocalDirFixture.FILES);
        assertThat(host.count("cleanup.deletedBytes")).isEqualTo(3 * LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("INFO Deleting orphans under " + host.localDirs.root)
                .contains("3 dirs with 1.8 KiB", "blockmgr-1", "going-blockmgr-3");
    }

    @Test
    void leavesAloneWhatLiesBeneathADiskThatIsNotMounted() throws Exception {
        host.old("blockmgr-beneath");
        LocalDir onTheDisk = host.localDirs.dir("blockmgr-on-the-disk");
        host.register(host.otherStore, onTheDisk, 42).get();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-beneath");
        assertThat(host.store.loadRemovals()).isEmpty();

        host.otherStore.removeApplication("app", List.of()).get();
        host.scanner.scan();
        assertThat(host.left()).isEmpty();
    }

    @Test
    void followsNoLinkInWhatItDeletes() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        Path link = Files.createSymbolicLink(dir.path().resolve("0a/link"), host.localDirs.outside);
        assertThat(new ProcessBuilder("touch", "-h", "-d", "3 days ago", link.toString())
                        .start()
                        .waitFor())
                .isZero();
        host.touch(dir.path().resolve("0a"), OrphanFixture.OLD);
        host.scanner.scan();
        // And the fixture looks whether anything outside has changed.
        assertThat(host.left()).isEmpty();
    }

    @Test
    void onlyReportsIfItIsToReport() throws Exception {
        host.restart(OrphanMode.REPORT);
        host.old("blockmgr-1");
        host.scanner.scan();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.gauge("orphans.dirs")).isEqualTo(1);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("INFO Orphans under", "1 dir with 600 B (blockmgr-1)", "orphans=delete");

        host.old("blockmgr-2");
        host.scanner.scan();
        assertThat(log.lines()).hasSize(2).last().asString().contains("2 dirs with 1.2 KiB");
    }

    @Test
    void searchesTheOtherRootsWhileOneHangs() throws Exception {
        LocalDir orphan = host.old("blockmgr-orphan");
        Path other = Files.createDirectory(temp.toRealPath().resolve("other"));
        Set<Path> hung = new HashSet<>();
        HungRoots roots = new HungRoots(List.of(host.localDirs.root, other), hung);
        roots.notice();
        List<Path> searched = new ArrayList<>();
        OrphanScanner orphans = new OrphanScanner(
                OrphanMode.REPORT,
                LocalDirPolicy.of(List.of(host.localDirs.root, other), roots.probers(), new MetricRegistry()),
                host.orphanPolicy,
                host.reclaimer,
                () -> 0,
                new RootExecutors(
                        root -> {
                            searched.add(root);
                            return new DirectExecutorService();
                        },
                        () -> new RateLimiter(() -> 0, () -> 0, rest -> {})),
                new MetricRegistry());
        hung.add(other);
        roots.notice();
        orphans.scan();
        assertThat(searched).containsExactly(host.localDirs.root);
        assertThat(orphans.lastFound().get(host.localDirs.root))
                .singleElement()
                .extracting(Orphan::dir)
                .isEqualTo(orphan);
        // And once it answers again, that one too.
        hung.clear();
        roots.comeBack();
        orphans.scan();
        assertThat(searched).containsExactly(host.localDirs.root, other);
        orphans.close();
    }

    @Test
    void saysOnceThatARootCannotBeSearchedAndOnceThatItWas() throws Exception {
        Path elsewhere = host.localDirs.root.resolveSibling("elsewhere");
        Path other = Files.createDirectory(temp.toRealPath().resolve("other"));
        LocalDirPolicy policy = LocalDirPolicy.of(List.of(other), new MetricRegistry());
        OrphanScanner orphans = new OrphanScanner(
                OrphanMode.REPORT,
                policy,
                host.orphanPolicy,
                host.reclaimer,
                () -> 0,
                DirectRootExecutors.unlimited(),
                new MetricRegistry());
        Files.move(other, elsewhere);
        orphans.scan();
        orphans.scan();
        assertThat(log.lines()).singleElement().asString().startsWith("WARN Root " + other + " cannot be scanned");
        Files.move(elsewhere, other);
        orphans.scan();
        orphans.scan();
        assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO Root " + other + " was scanned");
        orphans.close();
    }

    @Test
    void saysOnceThatThereAreNoneAnyMore() throws Exception {
        host.restart(OrphanMode.REPORT);
        LocalDir dir = host.old("blockmgr-1");
        host.scanner.scan();
        host.register(host.store, dir).get();
        host.scanner.scan();
        host.scanner.scan();
        assertThat(log.lines()).hasSize(2).last().asString().contains("No orphans under");
        assertThat(host.gauge("orphans.dirs")).isEqualTo(0);
        assertThat(host.gauge("orphans.bytes")).isEqualTo(0L);
    }

    @Test
    void saysNothingWhereNothingIsFound() throws Exception {
        host.scanner.scan();
        // Nor of what it cannot see, where nothing depends on it.
        host.proc.namespace("pid", "pid:[1]");
        host.register(host.store, host.old("blockmgr-1")).get();
        host.scanner.scan();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void namesOnlySomeOfMany() throws Exception {
        host.restart(OrphanMode.REPORT);
        for (int i = 0; i < 8; i++) {
            host.old("blockmgr-" + i);
        }
        host.scanner.scan();
        assertThat(log.lines()).singleElement().asString().contains("8 dirs with 4.7 KiB", " and 3 more)");
    }

    @Test
    void saysOnceWhatItCannotSee() throws Exception {
        host.proc.namespace("pid", "pid:[1]");
        host.old("blockmgr-1");
        host.scanner.scan();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("Only directories that have not changed since the host's boot count as orphans");
    }

    @Test
    void touchesNothingWhileARegistryCannotBeReadAndSaysSoOnce() throws Exception {
        host.old("blockmgr-1");
        Path garbage = Files.writeString(host.stateDir.resolve("registry-1.db"), "no database, but long enough");
        host.scanner.scan();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN No directory counts as an orphan")
                .contains(garbage.toString());

        Files.delete(garbage);
        host.scanner.scan();
        assertThat(host.left()).isEmpty();

        Files.writeString(garbage, "no database, but long enough");
        host.scanner.scan();
        assertThat(log.lines()).last().asString().startsWith("WARN No directory counts as an orphan");
    }

    @Test
    void keepsWhatIsRegisteredBetweenTheSearchAndTheIntent() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        var names = host.registries.namedDirs();
        List<Orphan> found = new OrphanScan(
                        host.localDirs.root,
                        host.orphanPolicy,
                        host.orphanPolicy.protectedPaths(),
                        names,
                        () -> 0,
                        () -> false)
                .scan();
        assertThat(found).hasSize(1);
        host.register(host.otherStore, dir).get();
        assertThat(host.registries.intend(new StoredRemoval(dir, null, null), dir.path()))
                .isFalse();
        host.scanner.scan();
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
    }

    @Test
    void nobodyRegistersWhatIsIntended() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        @Nullable Throwable[] refusals = new @Nullable Throwable[2];
        host.beforeEachFile = () -> {
            refusals[0] = failureToRegister(dir, true);
            refusals[1] = failureToRegister(dir, false);
        };
        host.scanner.scan();
        assertThat(refusals).hasOnlyElementsOfType(DirConflictException.class);
        assertThat(host.left()).isEmpty();
    }

    private @Nullable Throwable failureToRegister(LocalDir dir, boolean here) {
        try {
            host.register(here ? host.store : host.otherStore, dir).get();
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return new AssertionError("registered");
    }

    @Test
    void nobodyRegistersWhatWentJustNow() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        LocalDir accepted = host.policy.accept(dir.path().toString());
        host.scanner.scan();
        host.reclaimer.check();
        host.reclaimer.setUnthrottled(host.localDirs.root, true);
        assertThat(failureToRegister(accepted, false)).isInstanceOf(DirConflictException.class);
        host.forget();
        host.register(host.otherStore, accepted).get();
    }

    @Test
    void keepsWhatIsUsedAfterTheIntentAndForgetsIt() throws Exception {
        LocalDir opened = host.old("blockmgr-opened");
        assertStays(opened, () -> host.proc.opens(1, opened.path().resolve("0a")));
        LocalDir changed = host.old("blockmgr-changed");
        assertStays(changed, () -> Files.createFile(changed.path().resolve("0a/new")));
        LocalDir claimed = host.old("blockmgr-claimed");
        assertStays(claimed, () -> host.claimed.add(claimed.path()));
    }

    private interface Action {
        void run() throws Exception;
    }

    private void assertStays(LocalDir dir, Action meanwhile) throws Exception {
        host.claimed.clear();
        StoredRemoval intent = new StoredRemoval(dir, null, null);
        assertThat(host.registries.intend(intent, dir.path())).isTrue();
        meanwhile.run();
        host.reclaimer.reclaim(List.of(intent));
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.otherStore.loadRemovals()).isEmpty();
        assertThat(host.count("orphans.deletedDirs")).isZero();
        host.claimed.clear();
        host.register(host.otherStore, dir).get();
    }

    @Test
    void goesOnAfterACrashBeforeTheRename() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        assertThat(host.registries.intend(new StoredRemoval(dir, null, null), dir.path()))
                .isTrue();
        host.restart(OrphanMode.OFF);
        assertThat(host.left()).isEmpty();
        host.forget();
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.otherStore.loadRemovals()).isEmpty();
    }

    @Test
    void goesOnAfterACrashInTheMiddleOfDeleting() throws Exception {
        LocalDir dir = host.old("spark-" + UUID);
        assertThat(host.registries.intend(new StoredRemoval(dir, null, null), dir.path()))
                .isTrue();
        LocalDirDeletion.mark(dir);
        Files.delete(LocalDirFixture.going(dir).resolve("0a/shuffle_0_0_0.data"));
        // What is going is no orphan while an intent names it, however young or old.
        host.age(LocalDirFixture.going(dir), OrphanFixture.OLD);
        host.scanner.scan();
        assertThat(host.left()).containsExactly("going-spark-" + UUID);
        host.restart(OrphanMode.OFF);
        assertThat(host.left()).isEmpty();
        host.forget();
        assertThat(host.otherStore.loadRemovals()).isEmpty();
    }

    @Test
    void anOldIntentDoesNotDeleteWhatIsUsedByNow() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        assertThat(host.registries.intend(new StoredRemoval(dir, null, null), dir.path()))
                .isTrue();
        Files.createFile(dir.path().resolve("0a/new"));
        host.restart(OrphanMode.DELETE);
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(host.store.loadRemovals()).isEmpty();
    }

    @Test
    void anEditedIntentDeletesNothingThatSparkDidNotMake() throws Exception {
        for (String name : List.of("data", "spark-events", "data/blockmgr-1", ".mesos-shuffle-service")) {
            LocalDir dir = host.old(name);
            host.reclaimer.reclaim(List.of(new StoredRemoval(dir, null, null)));
            assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        }
        assertThat(host.count("cleanup.rejected")).isEqualTo(4);
    }

    @Test
    void waitsForARegistryThatIsBusy() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        try (var busy = DriverManager.getConnection(
                        "jdbc:sqlite:" + host.stateDir.resolve("registry-" + OrphanFixture.OTHER_PORT + ".db"));
                var statement = busy.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            host.scanner.scan();
            statement.execute("ROLLBACK");
        }
        assertThat(dir.path()).isDirectory();
        assertThat(host.store.loadRemovals()).isEmpty();
        host.scanner.scan();
        assertThat(dir.path()).doesNotExist();
    }
}
