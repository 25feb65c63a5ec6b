package dev.mesosshuffle.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two services on one host, with a file each, both running. */
final class PeerRegistriesTest {
    private static final int OTHER_PORT = StoreFixture.PORT + 1;
    private static final int RACES = 300;

    @TempDir
    private Path temp;

    private Path stateDir;
    private StateStore own;
    private StateStore other;
    private PeerRegistries registries;

    @BeforeEach
    void setUp() throws StoreException {
        stateDir = temp.resolve("state");
        own = StoreFixture.open(stateDir);
        other = open(OTHER_PORT);
        registries = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(temp.resolve("nothing-there")));
    }

    private StateStore open(int port) throws StoreException {
        return StateStore.open(stateDir, port, StoreFixture.CLOCK, new MetricRegistry());
    }

    @AfterEach
    void tearDown() {
        own.close();
        other.close();
    }

    @Test
    void readsWhatAllServicesName() throws Exception {
        StoreFixture.await(put(own, "a", "blockmgr-a"));
        StoreFixture.await(put(other, "b", "spark-1/blockmgr-b"));
        StoreFixture.await(other.removeApplication("c", List.of(StoreFixture.removal("c", "blockmgr-c"))));
        KnownDirs names = registries.knownDirs();
        assertThat(names.owned()).containsExactlyInAnyOrder(path("blockmgr-a"), path("spark-1/blockmgr-b"));
        assertThat(names.removals()).containsExactly(path("blockmgr-c"));
        assertThat(names.components())
                .containsExactlyInAnyOrder("data", "blockmgr-a", "spark-1", "blockmgr-b", "blockmgr-c");
    }

    @Test
    void readsServicesThatDoNotRun() throws Exception {
        StoreFixture.await(put(other, "b", "blockmgr-b"));
        other.close();
        assertThat(registries.knownDirs().owned()).containsExactly(path("blockmgr-b"));
    }

    @Test
    void readsStateDirsBelowOtherRoots() throws Exception {
        Path elsewhere = temp.resolve("elsewhere");
        try (StateStore third = StateStore.open(elsewhere, 1, StoreFixture.CLOCK, new MetricRegistry())) {
            StoreFixture.await(put(third, "c", "blockmgr-c"));
            PeerRegistries all = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(elsewhere, stateDir));
            assertThat(all.knownDirs().owned()).containsExactly(path("blockmgr-c"));
            assertThat(all.recordRemoval(orphan("blockmgr-c"), path("blockmgr-c"), () -> {}))
                    .isFalse();
            assertThat(all.recordRemoval(orphan("blockmgr-d"), path("blockmgr-d"), () -> {}))
                    .isTrue();
            assertThat(third.loadRemovals()).hasSize(1);
        }
    }

    @Test
    void namesADirThatTwoWaysLeadToOnce() throws Exception {
        Path link = Files.createSymbolicLink(temp.resolve("link"), stateDir);
        assertThat(PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(link))
                        .recordRemoval(orphan("blockmgr-d"), path("blockmgr-d"), () -> {}))
                .isTrue();
    }

    @Test
    void knowsNothingIfOneFileIsGarbage() throws Exception {
        Path garbage = Files.writeString(stateDir.resolve("registry-1.db"), "no database at all, but long enough");
        assertUnreadable(garbage);
    }

    @Test
    void skipsAnEmptyFileAsAKilledStartLeavesIt() throws Exception {
        Files.createFile(stateDir.resolve("registry-1.db"));

        assertThat(registries.knownDirs().owned()).isEmpty();
        assertThat(registries.isOwned(path("blockmgr-a"))).isFalse();
    }

    @Test
    void knowsNothingIfAnEmptyFileHasALog() throws Exception {
        Path empty = Files.createFile(stateDir.resolve("registry-1.db"));
        Files.writeString(stateDir.resolve("registry-1.db-wal"), "what was committed");

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(registries::knownDirs)
                .withMessageContaining(empty.toString());
    }

    @Test
    void knowsNothingIfOneFileIsANewerVersions() throws Exception {
        other.close();
        try (Connection file = operator(OTHER_PORT)) {
            StoreFixture.execute(file, "PRAGMA user_version = 99");
        }
        assertUnreadable(stateDir.resolve("registry-" + OTHER_PORT + ".db"));
    }

    @Test
    void knowsNothingIfOneFileIsAnotherPrograms() throws Exception {
        other.close();
        try (Connection file = operator(OTHER_PORT)) {
            StoreFixture.execute(file, "PRAGMA application_id = 7");
        }
        assertUnreadable(stateDir.resolve("registry-" + OTHER_PORT + ".db"));
    }

    @Test
    void aRemovalThatIsStoredTooLateIsReported() throws Exception {
        CountDownLatch reported = new CountDownLatch(1);
        try (TimeLimiter limiter = new TimeLimiter("late", Duration.ofMillis(50));
                Connection busy = DriverManager.getConnection("jdbc:sqlite:" + StoreFixture.database(stateDir));
                Statement statement = busy.createStatement()) {
            PeerRegistries limited = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(), limiter);
            statement.execute("BEGIN IMMEDIATE");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(
                            () -> limited.recordRemoval(orphan("blockmgr-d"), path("blockmgr-d"), reported::countDown));
            assertThat(reported.getCount()).isEqualTo(1);
            statement.execute("ROLLBACK");
            assertThat(reported.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(own.loadRemovals()).hasSize(1);
    }

    @Test
    void aRemovalThatIsStoredInTimeOrNotAtAllIsNotReported() throws Exception {
        AtomicBoolean reported = new AtomicBoolean();
        StoreFixture.await(put(other, "b", "blockmgr-b"));
        assertThat(registries.recordRemoval(orphan("blockmgr-b"), path("blockmgr-b"), () -> reported.set(true)))
                .isFalse();
        assertThat(registries.recordRemoval(orphan("blockmgr-d"), path("blockmgr-d"), () -> reported.set(true)))
                .isTrue();
        assertThat(reported).isFalse();
    }

    @Test
    void failsIfItsOwnFileIsMissing() throws Exception {
        own.close();
        Files.delete(StoreFixture.database(stateDir));
        assertUnreadable(StoreFixture.database(stateDir));
        assertThat(StoreFixture.database(stateDir)).doesNotExist();
    }

    private void assertUnreadable(Path file) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(registries::knownDirs)
                .withMessageContaining(file.toString());
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> registries.isOwned(path("blockmgr-a")));
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.recordRemoval(orphan("blockmgr-a"), path("blockmgr-a"), () -> {}));
    }

    @Test
    void leavesDamagedFilesOut() throws Exception {
        Files.writeString(stateDir.resolve("registry-1.db.damaged-20260101T000000Z"), "garbage");
        assertThat(registries.knownDirs().owned()).isEmpty();
    }

    @Test
    void storesAnIntentInEveryRegistryUntilItIsWithdrawn() throws Exception {
        assertThat(registries.recordRemoval(orphan("blockmgr-a"), path("blockmgr-a"), () -> {}))
                .isTrue();
        assertThat(own.loadRemovals()).containsExactly(orphan("blockmgr-a"));
        assertThat(other.loadRemovals()).containsExactly(orphan("blockmgr-a"));
        for (StateStore store : List.of(own, other)) {
            assertThat(StoreFixture.awaitFailure(put(store, "a", "blockmgr-a")))
                    .isInstanceOf(DirConflictException.class)
                    .hasMessageContaining("as an orphan");
            StoreFixture.await(put(store, "b", "blockmgr-b"));
        }
        registries.deleteRemoval(path("blockmgr-a"));
        assertThat(own.loadRemovals()).isEmpty();
        assertThat(other.loadRemovals()).isEmpty();
        StoreFixture.await(put(other, "a", "blockmgr-a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1", "spark-1/executor-1", "spark-1/executor-1/blockmgr-1"})
    void anIntentKeepsWhatLiesInsideFromBeingRegistered(String orphan) throws Exception {
        assertThat(registries.recordRemoval(orphan(orphan), path(orphan), () -> {}))
                .isTrue();
        assertThat(StoreFixture.awaitFailure(put(other, "a", "spark-1/executor-1/blockmgr-1")))
                .isInstanceOf(DirConflictException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark-1",
                "spark-1/executor-1",
                "spark-1/executor-1/blockmgr-1",
                "spark-1/executor-1/blockmgr-1/blockmgr-2"
            })
    void intendsNothingAroundWhatIsOwned(String orphan) throws Exception {
        StoreFixture.await(put(other, "a", "spark-1/executor-1/blockmgr-1"));
        assertThat(registries.recordRemoval(orphan(orphan), path(orphan), () -> {}))
                .isFalse();
        assertThat(registries.isOwned(path(orphan))).isTrue();
        assertThat(own.loadRemovals()).isEmpty();
        assertThat(other.loadRemovals()).isEmpty();
    }

    @Test
    void intendsBesideWhatIsOwned() throws Exception {
        StoreFixture.await(put(other, "a", "spark-1/executor-1/blockmgr-1"));
        for (String orphan : List.of("spark-11", "spark-1/executor-11", "spark-1/executor-1/blockmgr-11", "blockmgr")) {
            assertThat(registries.isOwned(path(orphan))).isFalse();
            assertThat(registries.recordRemoval(orphan(orphan), path(orphan), () -> {}))
                    .isTrue();
        }
    }

    @Test
    void intendsNothingThatIsOwnedByAnotherPath() throws Exception {
        StoreFixture.await(put(other, "a", "spark-1/blockmgr-1"));
        Path root = Path.of("/as/a/container/sees/it");
        for (String name : List.of("spark-1", "spark-1/blockmgr-1")) {
            LocalDir dir = new LocalDir(root, root.resolve(name));
            assertThat(registries.recordRemoval(new StoredRemoval(dir, null, 42L), dir.path(), () -> {}))
                    .isFalse();
            assertThat(registries.isOwned(dir.path())).isTrue();
        }
    }

    @Test
    void intendsNothingThatIsBeingDeletedAlready() throws Exception {
        StoreFixture.await(other.removeApplication("c", List.of(StoreFixture.removal("c", "blockmgr-c"))));
        assertThat(registries.recordRemoval(orphan("blockmgr-c"), path("blockmgr-c"), () -> {}))
                .isFalse();
        assertThat(registries.recordRemoval(orphan("going-blockmgr-c"), path("blockmgr-c"), () -> {}))
                .isFalse();
        registries.deleteRemoval(path("blockmgr-c"));
        assertThat(other.loadRemovals()).hasSize(1);
        assertThat(registries.recordRemoval(orphan("going-blockmgr-d"), path("blockmgr-d"), () -> {}))
                .isTrue();
        assertThat(registries.recordRemoval(orphan("going-blockmgr-d"), path("blockmgr-d"), () -> {}))
                .isFalse();
    }

    @Test
    void storesNothingAnywhereIfOneRegistryIsBusy() throws Exception {
        try (Connection busy = operator(OTHER_PORT)) {
            StoreFixture.execute(busy, "BEGIN IMMEDIATE");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> registries.recordRemoval(orphan("blockmgr-a"), path("blockmgr-a"), () -> {}))
                    .withMessageContaining("registry-" + OTHER_PORT + ".db");
            StoreFixture.execute(busy, "ROLLBACK");
        }
        assertThat(own.loadRemovals()).isEmpty();
        assertThat(other.loadRemovals()).isEmpty();
        assertThat(registries.recordRemoval(orphan("blockmgr-a"), path("blockmgr-a"), () -> {}))
                .isTrue();
    }

    @Test
    void writesIntoARegistryOfTheFirstVersion() throws Exception {
        other.close();
        try (Connection file = operator(OTHER_PORT)) {
            StoreFixture.execute(file, "ALTER TABLE removals DROP COLUMN root_inode");
            StoreFixture.execute(file, "PRAGMA user_version = 1");
        }
        assertThat(registries.recordRemoval(orphan("blockmgr-a"), path("blockmgr-a"), () -> {}))
                .isTrue();
        try (Connection file = operator(OTHER_PORT)) {
            assertThat(StoreFixture.query(file, "SELECT path || app_id FROM removals"))
                    .containsExactly("/data/blockmgr-a");
        }
    }

    /** Each dir gets either an intent or an owner, whoever comes first, and never both. */
    @Test
    void eitherOwnsOrIntends() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        int intended = 0;
        int owned = 0;
        try {
            for (int i = 0; i < RACES; i++) {
                String name = "blockmgr-" + i;
                StateStore service = i % 2 == 0 ? own : other;
                Future<Boolean> intent = threads.submit(() -> intendUnlessBusy(name));
                Future<Boolean> registration = threads.submit(() -> succeeds(put(service, "app-" + name, name)));
                boolean isIntended = intent.get(1, TimeUnit.MINUTES);
                boolean isOwned = registration.get(1, TimeUnit.MINUTES);
                assertThat(isIntended && isOwned).as(name).isFalse();
                intended += isIntended ? 1 : 0;
                owned += isOwned ? 1 : 0;
            }
        } finally {
            threads.shutdown();
        }
        // Else nobody has proved anything.
        assertThat(intended).isPositive();
        assertThat(owned).isPositive();
        assertThat(other.loadRemovals()).hasSize(intended);
    }

    private boolean intendUnlessBusy(String name) {
        try {
            return registries.recordRemoval(orphan(name), path(name), () -> {});
        } catch (StoreException e) {
            return false;
        }
    }

    private static boolean succeeds(CompletableFuture<Void> future) throws Exception {
        try {
            future.get(1, TimeUnit.MINUTES);
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(DirConflictException.class);
            return false;
        }
    }

    private static CompletableFuture<Void> put(StateStore store, String appId, String dir) {
        return StoreFixture.put(store, StoreFixture.executor(appId, "0", dir));
    }

    private static StoredRemoval orphan(String dir) {
        return new StoredRemoval(StoreFixture.dir(dir), null, 42L);
    }

    private static Path path(String dir) {
        return StoreFixture.dir(dir).path();
    }

    private Connection operator(int port) throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + stateDir.resolve("registry-" + port + ".db"));
    }
}
