package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.dir;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the store keeps of applications that are removed, and which dirs it refuses meanwhile. */
class StateStoreRemovalTest extends StateStoreFixture {
    @Test
    void forgetsAllOfARemovedApplicationAndNothingOfAnother() throws Exception {
        RegisteredExecutor other = executor("app-10", "1", "blockmgr-10");
        await(store.putApplication(new StoredApplication("app-1", 10L, null)));
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        await(put(store, executor("app-1", "2", "blockmgr-2")));
        await(put(store, other));

        await(store.removeApplication(
                "app-1", List.of(removal("app-1", "blockmgr-1"), removal("app-1", "blockmgr-2"))));

        StoredState state = store.load();
        assertThat(state.applications()).containsExactly(new StoredApplication("app-10", null, null));
        assertThat(state.executors()).containsExactly(other);
        assertThat(dirsOwned()).containsExactly(dir("blockmgr-10"));
        assertThat(state.removals())
                .containsExactlyInAnyOrder(removal("app-1", "blockmgr-1"), removal("app-1", "blockmgr-2"));
    }

    @Test
    void removesAnApplicationWholeOrNotAtAll() throws Exception {
        RegisteredExecutor executor = executor("app", "1", "blockmgr-1", "blockmgr-2");
        await(put(store, executor));
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            StoreFixture.execute(
                    operator,
                    "CREATE TRIGGER t BEFORE INSERT ON removals WHEN NEW.path LIKE '%blockmgr-2'"
                            + " BEGIN SELECT raise(ABORT, 'no'); END");
        }

        Throwable failure = awaitFailure(
                store.removeApplication("app", List.of(removal("app", "blockmgr-1"), removal("app", "blockmgr-2"))));

        assertThat(failure).isInstanceOf(StoreException.class);
        assertThat(store.load().executors()).containsExactly(executor);
        assertThat(store.load().applications()).hasSize(1);
        assertThat(store.load().localDirs()).hasSize(2);
        assertThat(store.load().removals()).isEmpty();
    }

    @Test
    void forgetsTheIntentOfOneRemovalThatIsDone() throws Exception {
        await(store.removeApplication("app", List.of(removal("app", "blockmgr-1"), removal("app", "blockmgr-10"))));
        await(store.deleteRemoval(dir("blockmgr-1")));

        reopen();

        assertThat(store.loadRemovals()).containsExactly(removal("app", "blockmgr-10"));
    }

    @Test
    void dropsExecutorsButNotWhatTheirApplicationOwns() throws Exception {
        RegisteredExecutor kept = executor("app", "2", "blockmgr-2");
        await(put(store, executor("app", "1", "blockmgr-1")));
        await(put(store, kept));

        await(store.deleteExecutors(List.of(new AppExecId("app", "1"), new AppExecId("app", "unknown"))));

        assertThat(store.load().executors()).containsExactly(kept);
        assertThat(dirsOwned()).containsExactlyInAnyOrder(dir("blockmgr-1"), dir("blockmgr-2"));
    }

    @Test
    void refusesADirOfAnotherApplication() throws Exception {
        await(put(store, executor("app-1", "1", "blockmgr-a")));

        assertThat(awaitFailure(put(store, executor("app-2", "1", "blockmgr-b", "blockmgr-a"))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("/data/blockmgr-a");
        assertThat(dirsOwned()).containsExactly(dir("blockmgr-a"));
        assertThat(store.load().applications()).hasSize(1);
    }

    @Test
    void refusesADirThatIsStillToBeDeletedAndWhatLiesInsideOrAbove() throws Exception {
        await(store.removeApplication("app-1", List.of(removal("app-1", "x/blockmgr-1"))));

        for (String dir : List.of("x/blockmgr-1", "x/blockmgr-1/blockmgr-2", "x")) {
            assertThat(awaitFailure(put(store, executor("app-2", "1", dir))))
                    .as(dir)
                    .isInstanceOf(DirConflictException.class)
                    .hasMessageContaining("app-1");
        }
    }

    @Test
    void acceptsADirWhosePathResemblesOneBeingRemoved() throws Exception {
        await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));

        await(put(store, executor("app-2", "1", "blockmgr-10", "blockmgr-", "x/blockmgr-1")));
    }

    @Test
    void acceptsADirAgainOnceItsRemovalIsDone() throws Exception {
        await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));
        await(store.deleteRemoval(dir("blockmgr-1")));

        await(put(store, executor("app-2", "1", "blockmgr-1")));
    }
}
