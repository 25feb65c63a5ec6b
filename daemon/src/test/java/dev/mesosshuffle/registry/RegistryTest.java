package dev.mesosshuffle.registry;

import static dev.mesosshuffle.store.StoreFixture.asOperator;
import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.execute;
import static dev.mesosshuffle.store.StoreFixture.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RegistryTest extends OpenRegistry {
    @Test
    void findsAnExecutorThatRegistered() throws Exception {
        RegisteredExecutor executor = fixture.register("app", "1", "blockmgr-a", "blockmgr-b");

        assertThat(registry.executor(executor.id())).isEqualTo(executor);
        assertThat(registry.executorCount()).isEqualTo(1);
        assertThat(registry.applications()).containsExactly("app");
        assertThat(fixture.metrics.getGauges().get("shuffleService.registeredExecutorsSize"))
                .extracting(gauge -> gauge.getValue())
                .isEqualTo(1);
    }

    @Test
    void findsNoOther() throws Exception {
        fixture.register("app", "1", "blockmgr-a");

        assertThat(registry.executor(fixture.executor("app", "2", "x").id())).isNull();
        assertThat(registry.executor(fixture.executor("app2", "1", "x").id())).isNull();
    }

    @Test
    void showsAnExecutorOnlyOnceItIsPersisted() throws Exception {
        RegisteredExecutor executor = fixture.executor("app", "1", "blockmgr-a");
        CompletableFuture<Void> registered;
        try (Connection operator = asOperator(fixture.stateDir)) {
            // Nothing can be committed while an operator writes.
            execute(operator, "BEGIN IMMEDIATE");
            registered = registry.registerExecutor(executor);

            assertThat(registered).isNotDone();
            assertThat(registry.executor(executor.id())).isNull();
            assertThat(registry.applications()).isEmpty();
            execute(operator, "COMMIT");
        }

        await(registered);
        assertThat(registry.executor(executor.id())).isEqualTo(executor);
        try (Connection operator = asOperator(fixture.stateDir)) {
            assertThat(query(operator, "SELECT exec_id FROM executors")).containsExactly("1");
        }
    }

    @Test
    void logsEachRegistrationAsSparkDoes() throws Exception {
        try (LogCapture log = LogCapture.named(RESOLVER)) {
            fixture.register("app", "1", "blockmgr-a");
            fixture.register("app", "1", "blockmgr-a");

            String line = "INFO Registered executor AppExecId{appId=app, execId=1} with ExecutorShuffleInfo{localDirs=["
                    + fixture.root + "/blockmgr-a], subDirsPerLocalDir=64, shuffleManager=a.ShuffleManager}";
            assertThat(log.lines()).containsExactly(line, line);
        }
        assertThat(registry.executorCount()).isEqualTo(1);
        assertThat(fixture.refused()).isZero();
    }

    @Test
    void refusesDirsOfAnotherApplicationAndCountsThem() throws Exception {
        fixture.register("app-1", "1", "x/blockmgr-1");

        for (String dir : List.of("x/blockmgr-1", "x/blockmgr-1/blockmgr-2", "x")) {
            assertThat(fixture.registerInVain("app-2", "1", "blockmgr-free", dir))
                    .isInstanceOf(RegistrationRefusedException.class)
                    .hasMessageContaining(fixture.root.resolve("x/blockmgr-1") + " belongs to application app-1");
        }

        assertThat(fixture.refused()).isEqualTo(3);
        assertThat(registry.applications()).containsExactly("app-1");
        assertThat(registry.executorCount()).isEqualTo(1);
        fixture.register("app-3", "1", "blockmgr-free");
    }

    @Test
    void acceptsADirWhoseNameOnlyBeginsLikeAnothers() throws Exception {
        fixture.register("app-1", "1", "blockmgr-1");

        fixture.register("app-2", "1", "blockmgr-10");
    }

    @Test
    void letsTheExecutorsOfOneApplicationShareADir() throws Exception {
        fixture.register("app", "1", "blockmgr-a");

        fixture.register("app", "2", "blockmgr-a", "blockmgr-a/blockmgr-b");
    }

    @Test
    void letsTheStoreRefuseADirThatIsStillToBeDeleted() throws Exception {
        LocalDir dir = fixture.dir("blockmgr-a");
        await(fixture.store.removeApplication("old", List.of(new StoredRemoval(dir, "old", null))));

        assertThat(fixture.registerInVain("app", "1", "blockmgr-a"))
                .isInstanceOf(RegistrationRefusedException.class)
                .hasMessageContaining("is being removed with application old");
        assertThat(registry.applications()).isEmpty();
        assertThat(fixture.refused()).isEqualTo(1);

        await(fixture.store.deleteRemoval(dir));
        fixture.register("app-2", "1", "blockmgr-a");
    }

    @Test
    void registersNothingWhenTheStoreFails() throws Exception {
        fixture.store.close();

        assertThat(fixture.registerInVain("app", "1", "blockmgr-a")).isInstanceOf(StoreException.class);
        assertThat(registry.executorCount()).isZero();
        assertThat(registry.applications()).isEmpty();
        assertThat(fixture.refused()).isZero();
    }

    @Test
    void refusesADirWhoseRootIsNotThere() throws Exception {
        Files.delete(fixture.root);

        assertThat(fixture.registerInVain("app", "1", "blockmgr-a"))
                .isInstanceOf(RegistrationRefusedException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void keepsFormerDirsOfAnExecutorThatRegistersAgainWithOthers() throws Exception {
        fixture.register("app-1", "1", "blockmgr-a");
        RegisteredExecutor changed = fixture.register("app-1", "1", "blockmgr-b");

        assertThat(registry.executor(changed.id())).isEqualTo(changed);
        assertThat(fixture.registerInVain("app-2", "1", "blockmgr-a")).isInstanceOf(RegistrationRefusedException.class);
        assertThat(registry.remove("app-1").dirs())
                .containsExactlyInAnyOrder(fixture.dir("blockmgr-a"), fixture.dir("blockmgr-b"));
    }

    @Test
    void knowsAnApplicationOfWhichOnlyTheDriverRegistered() throws Exception {
        await(registry.registerDriver("app", new StoredDrivers("10.0.0.1", 120_000)));

        assertThat(registry.applications()).containsExactly("app");
        assertThat(fixture.store.load().applications())
                .containsExactly(new StoredApplication("app", 120_000L, "10.0.0.1"));
    }

    @Test
    void forgetsADriverThatCouldNotBePersisted() throws Exception {
        fixture.store.close();

        assertThat(awaitFailure(registry.registerDriver("app", new StoredDrivers("10.0.0.1", 120_000))))
                .isInstanceOf(StoreException.class);
        assertThat(registry.applications()).isEmpty();
    }
}
