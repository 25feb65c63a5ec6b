package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.dir;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.owned;
import static dev.mesosshuffle.store.StoreFixture.put;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StateStoreTest extends StateStoreFixture {
    @Test
    void isEmptyAtFirst() throws Exception {
        assertThat(store.load()).isEqualTo(new StoredState(List.of(), List.of(), List.of(), List.of(), Set.of()));
    }

    @Test
    void findsEverythingAgainAfterARestart() throws Exception {
        RegisteredExecutor one = executor("app-1", "1", "blockmgr-a", "blockmgr-b");
        RegisteredExecutor two = executor("app-2", "1", "spark-x/blockmgr-c");
        await(store.putApplication(new StoredApplication("app-1", 120_000L, null)));
        await(put(store, one));
        await(put(store, two));
        await(store.removeApplication("app-3", List.of(removal("app-3", "blockmgr-d"))));

        reopen();

        StoredState state = store.load();
        assertThat(state.applications())
                .containsExactlyInAnyOrder(
                        new StoredApplication("app-1", 120_000L, null), new StoredApplication("app-2", null, null));
        assertThat(state.executors()).containsExactlyInAnyOrder(one, two);
        List<StoredLocalDir> dirs = new ArrayList<>(owned(one));
        dirs.addAll(owned(two));
        assertThat(state.localDirs()).containsExactlyInAnyOrderElementsOf(dirs);
        assertThat(state.removals()).containsExactly(removal("app-3", "blockmgr-d"));
        assertThat(store.loadRemovals()).isEqualTo(state.removals());
    }

    @Test
    void commitsWhatIsQueuedBeforeItCloses() throws Exception {
        List<CompletableFuture<Void>> puts = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            puts.add(put(store, executor("app", "" + i, "blockmgr-" + i)));
        }

        reopen();

        assertThat(puts).allMatch(done -> done.isDone() && !done.isCompletedExceptionally());
        assertThat(store.load().executors()).hasSize(3_000);
    }

    @Test
    void refusesChangesOnceClosed() throws Exception {
        store.close();

        assertThat(awaitFailure(put(store, executor("app", "1", "blockmgr-a"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void canBeClosedTwice() {
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            store.close();
            store.close();

            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void changesAnExecutorThatRegistersAgain() throws Exception {
        await(put(store, executor("app", "1", "blockmgr-a")));
        RegisteredExecutor changed = executor("app", "1", "blockmgr-b");
        await(put(store, changed));

        assertThat(store.load().executors()).containsExactly(changed);
        assertThat(dirsOwned()).containsExactlyInAnyOrder(dir("blockmgr-a"), dir("blockmgr-b"));
    }

    @Test
    void changesTheTimeoutOfAnApplication() throws Exception {
        await(put(store, executor("app", "1", "blockmgr-a")));
        await(store.putApplication(new StoredApplication("app", 10L, null)));
        await(store.putApplication(new StoredApplication("app", 20L, null)));

        assertThat(store.load().applications()).containsExactly(new StoredApplication("app", 20L, null));
        assertThat(store.load().executors()).hasSize(1);
    }

    @Test
    void keepsTheTimeoutOfAnApplicationWhenAnExecutorRegisters() throws Exception {
        await(store.putApplication(new StoredApplication("app", 10L, null)));
        await(put(store, executor("app", "1", "blockmgr-a")));

        assertThat(store.load().applications()).containsExactly(new StoredApplication("app", 10L, null));
    }

    @Test
    void noticesThatARootIsAnotherOneNow() throws Exception {
        RegisteredExecutor executor = executor("app", "1", "blockmgr-a");
        await(put(store, executor));
        await(store.putExecutor(executor, List.of(new StoredLocalDir(dir("blockmgr-a"), "app", 77))));

        assertThat(store.load().localDirs()).containsExactly(new StoredLocalDir(dir("blockmgr-a"), "app", 77));
    }

    @Test
    void failsOnlyTheChangeOfAGroupThatIsAtFault() throws Exception {
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        CompletableFuture<Void> before;
        CompletableFuture<Void> atFault;
        CompletableFuture<Void> after;
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            // While an operator writes, our changes gather in one group.
            StoreFixture.execute(operator, "BEGIN IMMEDIATE");
            CompletableFuture<Void> first = put(store, executor("app-2", "0", "blockmgr-20"));
            before = put(store, executor("app-2", "1", "blockmgr-21"));
            atFault = put(store, executor("app-2", "2", "blockmgr-1"));
            after = put(store, executor("app-2", "3", "blockmgr-22"));
            assertThat(List.of(first, before, atFault, after)).noneMatch(CompletableFuture::isDone);
            StoreFixture.execute(operator, "COMMIT");
        }

        await(before);
        await(after);
        assertThat(awaitFailure(atFault)).isInstanceOf(DirConflictException.class);
        assertThat(store.load().executors()).hasSize(4);
        assertThat(metrics.counter("shuffleService.store.failures").getCount()).isEqualTo(1);
    }

    @Test
    void letsAnOperatorReadWhileItRuns() throws Exception {
        await(put(store, executor("app", "1", "blockmgr-a", "blockmgr-b")));

        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            assertThat(StoreFixture.query(operator, "SELECT local_dirs FROM executors"))
                    .containsExactly("/link-to-data/blockmgr-a\n/link-to-data/blockmgr-b");
            StoreFixture.execute(operator, "BEGIN");
            assertThat(StoreFixture.query(operator, "SELECT path FROM local_dirs ORDER BY 1"))
                    .containsExactly("/data/blockmgr-a", "/data/blockmgr-b");

            await(put(store, executor("app", "2", "blockmgr-c")));

            assertThat(StoreFixture.query(operator, "SELECT count(*) FROM executors"))
                    .as("within the operator's transaction")
                    .containsExactly("1");
            StoreFixture.execute(operator, "COMMIT");
            assertThat(StoreFixture.query(operator, "SELECT count(*) FROM executors"))
                    .containsExactly("2");
        }
    }

    @Test
    void leavesAnEmptyLogBehindWhenItCloses() throws Exception {
        await(put(store, executor("app", "1", "blockmgr-a")));
        assertThat(stateDir.resolve("registry-7337.db-wal")).exists();

        store.close();

        // The next start needs no inode for them.
        assertThat(stateDir.resolve("registry-7337.db-wal")).isEmptyFile();
        assertThat(stateDir.resolve("registry-7337.db-shm")).exists();
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            assertThat(StoreFixture.query(operator, "SELECT exec_id FROM executors"))
                    .containsExactly("1");
        }
    }

    @Test
    void skipsInvalidRows() throws Exception {
        RegisteredExecutor sound = executor("app", "1", "blockmgr-a");
        await(put(store, sound));
        await(put(store, executor("app", "2", "blockmgr-b")));
        await(put(store, executor("app", "3", "blockmgr-c")));
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            StoreFixture.execute(operator, "UPDATE executors SET sub_dirs_per_local_dir = 0 WHERE exec_id = '2'");
            StoreFixture.execute(operator, "UPDATE executors SET real_dirs = '/elsewhere' WHERE exec_id = '3'");
        }

        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            assertThat(store.load().executors()).containsExactly(sound);
            assertThat(log.lines()).singleElement().asString().startsWith("WARN Skipped 2 invalid rows");
        }
    }

    @Test
    void keepsThePortsApart() throws Exception {
        await(put(store, executor("app", "1", "blockmgr-a")));

        try (StateStore other = StateStore.open(stateDir, 7338, StoreFixture.CLOCK, new MetricRegistry())) {
            assertThat(other.load().executors()).isEmpty();
        }
        assertThat(Files.exists(stateDir.resolve("registry-7338.db"))).isTrue();
    }

    @Test
    void measuresCommits() throws Exception {
        await(put(store, executor("app", "1", "blockmgr-a")));

        assertThat(metrics.timer("shuffleService.store.commitLatencyMillis").getCount())
                .isEqualTo(1);
        assertThat(metrics.counter("shuffleService.store.failures").getCount()).isZero();
    }

    @Test
    void beginsAsNewWithoutTheLogThatTheLastProcessLeftButNotAfterAStop() throws Exception {
        Path alone = stateDir.resolve("alone");
        StateStore its = StoreFixture.open(alone);
        assertThat(its.isNew()).isTrue();
        its.close();
        its = StoreFixture.open(alone);
        assertThat(its.isNew()).isFalse();
        its.close();

        Files.delete(alone.resolve("registry-7337.db-wal"));
        its = StoreFixture.open(alone);
        assertThat(its.isNew()).as("what was only in the log is unknown").isTrue();
        its.close();
    }

    @Test
    void refusesAPlaceThatDoesNotFitALine() {
        assertThatThrownBy(() -> executor("app", "1", "blockmgr-a\nb")).isInstanceOf(IllegalArgumentException.class);
    }
}
