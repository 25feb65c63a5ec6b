package dev.mesosshuffle.registry;

import static dev.mesosshuffle.store.StoreFixture.asOperator;
import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.testing.LogCapture;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Removal of applications, and registrations that meet it. */
class RegistryRemovalTest extends OpenRegistry {
    @Test
    void findsNothingOfARemovedApplicationAndAllOfAnother() throws Exception {
        RegisteredExecutor one = fixture.register("app-1", "1", "blockmgr-a");
        RegisteredExecutor two = fixture.register("app-1", "2", "blockmgr-b");
        RegisteredExecutor other = fixture.register("app-2", "1", "blockmgr-c");

        RemovedApplication removed = registry.remove("app-1");

        assertThat(removed.executors()).containsExactlyInAnyOrder(one, two);
        assertThat(removed.dirs()).containsExactlyInAnyOrder(fixture.dir("blockmgr-a"), fixture.dir("blockmgr-b"));
        assertThat(registry.executor(one.id())).isNull();
        assertThat(registry.executor(two.id())).isNull();
        assertThat(registry.executor(other.id())).isEqualTo(other);
        assertThat(registry.applications()).containsExactly("app-2");
    }

    @Test
    void persistsARemovalWithTheIntentForEachDir() throws Exception {
        await(registry.registerDriver("app-1", new StoredDrivers("10.0.0.1", 1)));
        fixture.register("app-1", "1", "blockmgr-a");
        fixture.register("app-1", "1", "blockmgr-b");
        fixture.mkdirs("blockmgr-c");
        fixture.register("app-2", "1", "blockmgr-c");

        try (LogCapture log = LogCapture.named(RESOLVER)) {
            await(registry.persistRemoval(registry.remove("app-1"), true));
            assertThat(log.lines()).containsExactly("INFO Application app-1 removed, cleanupLocalDirs = true");
        }
        fixture.restart();

        assertThat(fixture.registry.applications()).containsExactly("app-2");
        assertThat(fixture.registry.executorCount()).isEqualTo(1);
        Long inode = RootListings.inode(fixture.dir("blockmgr-a").root());
        assertThat(fixture.store.loadRemovals())
                .containsExactlyInAnyOrder(
                        new StoredRemoval(fixture.dir("blockmgr-a"), "app-1", inode),
                        new StoredRemoval(fixture.dir("blockmgr-b"), "app-1", inode));
    }

    @Test
    void leavesTheDirsWithoutCleanup() throws Exception {
        fixture.register("app-1", "1", "blockmgr-a");

        try (LogCapture log = LogCapture.named(RESOLVER)) {
            await(registry.persistRemoval(registry.remove("app-1"), false));
            assertThat(log.lines()).containsExactly("INFO Application app-1 removed, cleanupLocalDirs = false");
        }

        assertThat(fixture.store.loadRemovals()).isEmpty();
        assertThat(fixture.store.load().localDirs()).isEmpty();
        fixture.register("app-2", "1", "blockmgr-a");
    }

    @Test
    void findsAReinstatedApplicationAgain() throws Exception {
        RegisteredExecutor executor = fixture.register("app-1", "1", "blockmgr-a");

        registry.restore(registry.remove("app-1"));

        assertThat(registry.executor(executor.id())).isEqualTo(executor);
        assertThat(registry.applications()).containsExactly("app-1");
        assertThat(fixture.registerInVain("app-2", "1", "blockmgr-a")).isInstanceOf(RegistrationRefusedException.class);
        await(registry.persistRemoval(registry.remove("app-1"), true));
        assertThat(fixture.store.loadRemovals()).hasSize(1);
    }

    @Test
    void aLateRollbackDoesNotUndoANewerRemoval() throws Exception {
        RegisteredExecutor executor = fixture.register("app", "1", "blockmgr-a");
        RemovedApplication first = registry.remove("app");
        registry.restore(first);
        RemovedApplication second = registry.remove("app");

        registry.restore(first);

        assertThat(registry.executor(executor.id())).isNull();
        assertThat(awaitFailure(registry.persistRemoval(first, true)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("meanwhile");
        registry.restore(second);
        assertThat(registry.executor(executor.id())).isEqualTo(executor);
    }

    @Test
    void canBeReinstatedAfterTheStoreFailed() throws Exception {
        RegisteredExecutor executor = fixture.register("app", "1", "blockmgr-a");
        RemovedApplication removed = registry.remove("app");
        fixture.store.close();

        try (LogCapture log = LogCapture.named(RESOLVER)) {
            assertThat(awaitFailure(registry.persistRemoval(removed, true))).isInstanceOf(StoreException.class);
            assertThat(log.lines()).isEmpty();
        }
        assertThat(registry.executor(executor.id())).isNull();
        registry.restore(removed);

        assertThat(registry.executor(executor.id())).isEqualTo(executor);
    }

    @Test
    void removesAnApplicationThatItDoesNotKnow() throws Exception {
        RemovedApplication removed = registry.remove("unknown");

        assertThat(removed).isEqualTo(new RemovedApplication("unknown", List.of(), List.of(), 1));
        await(registry.persistRemoval(removed, true));
        fixture.register("unknown", "1", "blockmgr-a");
    }

    @Test
    void keepsTheDirsOfARemovedApplicationUntilThatIsPersisted() throws Exception {
        fixture.register("app-1", "1", "blockmgr-a");
        RemovedApplication removed = registry.remove("app-1");

        assertThat(fixture.registerInVain("app-2", "1", "blockmgr-a"))
                .hasMessageContaining("belongs to application app-1");

        await(registry.persistRemoval(removed, true));
        assertThat(fixture.registerInVain("app-2", "1", "blockmgr-a"))
                .hasMessageContaining("is being removed with application app-1");
    }

    @Test
    void letsRegistrationsWaitForTheEndOfARemoval() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        RemovedApplication removed = registry.remove("app");
        RegisteredExecutor late = fixture.executor("app", "2", "blockmgr-b");
        CompletableFuture<Void> sameDir = registry.registerExecutor(fixture.executor("app", "1", "blockmgr-a"));
        CompletableFuture<Void> otherDir = registry.registerExecutor(late);
        CompletableFuture<Void> driver = registry.registerDriver("app", new StoredDrivers("10.0.0.1", 7));
        assertThat(List.of(sameDir, otherDir, driver)).noneMatch(CompletableFuture::isDone);

        await(registry.persistRemoval(removed, true));

        assertThat(awaitFailure(sameDir))
                .isInstanceOf(RegistrationRefusedException.class)
                .hasMessageContaining("is being removed");
        await(otherDir);
        await(driver);
        assertThat(registry.executor(late.id())).isEqualTo(late);
        assertThat(fixture.store.load().applications()).containsExactly(new StoredApplication("app", 7L, "10.0.0.1"));
        assertThat(registry.remove("app").dirs()).containsExactly(fixture.dir("blockmgr-b"));
    }

    @Test
    void letsRegistrationsGoOnWhenARemovalIsTakenBack() throws Exception {
        fixture.register("app", "1", "blockmgr-a");
        RemovedApplication removed = registry.remove("app");
        CompletableFuture<Void> second = registry.registerExecutor(fixture.executor("app", "2", "blockmgr-a"));

        registry.restore(removed);

        await(second);
        assertThat(registry.executorCount()).isEqualTo(2);
    }

    @Test
    void takesARegistrationThatIsUnderWayAlongWhenItsApplicationIsRemoved() throws Exception {
        RegisteredExecutor executor = fixture.executor("app", "1", "blockmgr-a");
        CompletableFuture<Void> underWay;
        CompletableFuture<Void> persisted;
        RemovedApplication removed;
        try (Connection operator = asOperator(fixture.stateDir)) {
            execute(operator, "BEGIN IMMEDIATE");
            underWay = registry.registerExecutor(executor);
            removed = registry.remove("app");
            persisted = registry.persistRemoval(removed, true);
            execute(operator, "COMMIT");
        }

        assertThat(removed.dirs()).containsExactly(fixture.dir("blockmgr-a"));
        assertThat(awaitFailure(underWay))
                .isInstanceOf(RegistrationRefusedException.class)
                .hasMessageContaining("app was removed");
        await(persisted);
        assertThat(registry.executor(executor.id())).isNull();
        assertThat(fixture.store.load().executors()).isEmpty();
        assertThat(fixture.store.loadRemovals()).hasSize(1);
    }

    @Test
    void findsARegistrationThatWasUnderWayIfItsApplicationIsReinstated() throws Exception {
        RegisteredExecutor executor = fixture.executor("app", "1", "blockmgr-a");
        CompletableFuture<Void> underWay;
        RemovedApplication removed;
        try (Connection operator = asOperator(fixture.stateDir)) {
            execute(operator, "BEGIN IMMEDIATE");
            underWay = registry.registerExecutor(executor);
            removed = registry.remove("app");
            execute(operator, "COMMIT");
        }
        awaitFailure(underWay);

        registry.restore(removed);

        assertThat(registry.executor(executor.id())).as("as the store has it").isEqualTo(executor);
    }
}
