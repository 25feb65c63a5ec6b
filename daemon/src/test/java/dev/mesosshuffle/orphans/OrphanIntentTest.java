package dev.mesosshuffle.orphans;

import static dev.mesosshuffle.orphans.OrphanFixture.UUID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.cleanup.LocalDirDeletion;
import dev.mesosshuffle.cleanup.LocalDirFixture;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The intent to delete an orphan: who may still register or use the dir, and what a restart does with it. */
final class OrphanIntentTest {
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
    void keepsWhatIsRegisteredBetweenTheScanAndTheIntent() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        var names = host.registries.knownDirs();
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
        assertThat(host.registries.recordRemoval(new StoredRemoval(dir, null, null), dir.path(), () -> {}))
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
    void nobodyRegistersWhatWasJustDeleted() throws Exception {
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
        assertThat(host.registries.recordRemoval(intent, dir.path(), () -> {})).isTrue();
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
    void continuesAfterACrashBeforeTheRename() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        assertThat(host.registries.recordRemoval(new StoredRemoval(dir, null, null), dir.path(), () -> {}))
                .isTrue();
        host.restart(OrphanMode.OFF);
        assertThat(host.left()).isEmpty();
        host.forget();
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.otherStore.loadRemovals()).isEmpty();
    }

    @Test
    void continuesAfterACrashDuringTheDeletion() throws Exception {
        LocalDir dir = host.old("spark-" + UUID);
        assertThat(host.registries.recordRemoval(new StoredRemoval(dir, null, null), dir.path(), () -> {}))
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
        assertThat(host.registries.recordRemoval(new StoredRemoval(dir, null, null), dir.path(), () -> {}))
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
