package dev.mesosshuffle.registry;

import static dev.mesosshuffle.store.StoreFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StoreFixture;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryRestoreTest {
    @TempDir
    Path temp;

    private RegistryFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new RegistryFixture(temp);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void findsExecutorsWhoseDirsAreThere() throws Exception {
        fixture.mkdirs("blockmgr-a", "spark-x/executor-y/blockmgr-b");
        RegisteredExecutor one = fixture.register("app-1", "1", "blockmgr-a");
        RegisteredExecutor two = fixture.register("app-2", "1", "spark-x/executor-y/blockmgr-b");
        await(fixture.registry.registerDriver("app-3", new StoredDrivers("10.0.0.1", 10)));

        List<String> log = restart();

        assertThat(fixture.registry.executor(one.id())).isEqualTo(one);
        assertThat(fixture.registry.executor(two.id())).isEqualTo(two);
        assertThat(fixture.registry.applications()).containsExactlyInAnyOrder("app-1", "app-2", "app-3");
        assertThat(log)
                .singleElement()
                .asString()
                .matches("INFO Restored 2 executors of 3 applications in \\d+ ms, without 0 executors whose directories"
                        + " are missing");
    }

    @Test
    void neitherServesNorClaimsNorForgetsWhatNoExecutorCouldRegister() throws Exception {
        fixture.mkdirs("blockmgr-a", "blockmgr-b", "elsewhere/blockmgr-planted");
        RegisteredExecutor allowed = fixture.register("app", "1", "blockmgr-a");
        RegisteredExecutor planted = fixture.register("app", "2", "elsewhere/blockmgr-planted");
        RegisteredExecutor mixed = fixture.register("app", "3", "blockmgr-b", "elsewhere/blockmgr-planted");
        fixture.register("other", "1", "blockmgr-other");
        fixture.store.close();
        fixture.store = StoreFixture.open(fixture.stateDir);
        fixture.metrics = new MetricRegistry();
        try (LogCapture log = LogCapture.of(RegistryLoader.class)) {
            fixture.registry = Registry.load(
                    fixture.store,
                    RootProbers.inCallersThread(List.of(fixture.root)),
                    dir -> !dir.path().toString().contains("elsewhere"),
                    ByteBudget.of(Long.MAX_VALUE),
                    fixture.metrics);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARN"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "WARN The registry names 1 local directories that no executor could register now, such as "
                                    + fixture.root.resolve("elsewhere/blockmgr-planted"));
        }

        assertThat(fixture.registry.executor(allowed.id())).isEqualTo(allowed);
        assertThat(fixture.registry.executor(planted.id())).isNull();
        assertThat(fixture.registry.executor(mixed.id())).isNull();
        assertThat(fixture.metrics.counter("shuffleService.store.refusedRows").getCount())
                .isEqualTo(3);
        assertThat(fixture.registry.isWhollyKnown("app")).isFalse();
        assertThat(fixture.registry.isWhollyKnown("other")).isTrue();
        try (Connection operator = StoreFixture.asOperator(fixture.stateDir)) {
            assertThat(StoreFixture.query(
                            operator, "SELECT exec_id FROM executors WHERE app_id = 'app' ORDER BY exec_id"))
                    .containsExactly("1", "2", "3");
            await(fixture.registry.persistRemoval(fixture.registry.remove("app"), true));
            assertThat(StoreFixture.query(operator, "SELECT path FROM removals ORDER BY path"))
                    .containsExactly(
                            fixture.root.resolve("blockmgr-a").toString(),
                            fixture.root.resolve("blockmgr-b").toString());
        }
    }

    @Test
    void dropsAnExecutorWhoseDirsAreAllMissing() throws Exception {
        fixture.mkdirs("blockmgr-there", "spark-x");
        RegisteredExecutor there = fixture.register("app", "1", "blockmgr-there");
        RegisteredExecutor dropped =
                fixture.register("app", "2", "blockmgr-missing", "spark-x/blockmgr-missing", "spark-y/missing");

        List<String> log = restart();

        assertThat(fixture.registry.executor(there.id())).isEqualTo(there);
        assertThat(fixture.registry.executor(dropped.id())).isNull();
        assertThat(log)
                .singleElement()
                .asString()
                .matches("INFO Restored 1 executors of 1 applications in \\d+ ms, without 1 executors whose directories"
                        + " are missing");
        fixture.store.close();
        fixture.restart();
        assertThat(fixture.store.load().executors()).hasSize(1);
    }

    @Test
    void keepsAnExecutorOfWhichOneDirIsThere() throws Exception {
        fixture.mkdirs("spark-x/blockmgr-there");
        RegisteredExecutor executor = fixture.register("app", "1", "blockmgr-missing", "spark-x/blockmgr-there");

        restart();

        assertThat(fixture.registry.executor(executor.id())).isEqualTo(executor);
    }

    @Test
    void keepsAnExecutorWhoseDirIsALinkToNowhere() throws Exception {
        Files.createSymbolicLink(fixture.root.resolve("blockmgr-a"), Path.of("nowhere"));
        RegisteredExecutor executor = fixture.register("app", "1", "blockmgr-a");

        restart();

        assertThat(fixture.registry.executor(executor.id())).isNotNull();
    }

    @Test
    void keepsAnApplicationAndItsDirsWhenItsExecutorsAreDropped() throws Exception {
        fixture.register("app-1", "1", "blockmgr-missing");

        restart();

        assertThat(fixture.registry.applications()).containsExactly("app-1");
        assertThat(fixture.registerInVain("app-2", "1", "blockmgr-missing"))
                .isInstanceOf(RegistrationRefusedException.class);
        assertThat(fixture.registry.remove("app-1").dirs()).containsExactly(fixture.dir("blockmgr-missing"));
    }

    @Test
    void keepsExecutorsOfARootThatIsAnotherOneNow() throws Exception {
        fixture.mkdirs("blockmgr-a");
        RegisteredExecutor one = fixture.register("app", "1", "blockmgr-a");
        RegisteredExecutor two = fixture.register("app", "2", "blockmgr-b");
        Files.move(fixture.root, fixture.root.resolveSibling("unmounted"));
        Files.createDirectory(fixture.root);

        List<String> log = restart();

        assertThat(fixture.registry.executor(one.id())).isNotNull();
        assertThat(fixture.registry.executor(two.id())).isNotNull();
        assertThat(log).singleElement().asString().startsWith("INFO Restored 2 executors");
    }

    @Test
    void keepsExecutorsOfARootThatCannotBeRead() throws Exception {
        RegisteredExecutor one = fixture.register("app", "1", "blockmgr-a");
        fixture.register("app", "2", "blockmgr-b");
        Files.delete(fixture.root);

        List<String> log = restart();

        assertThat(fixture.registry.executor(one.id())).isNotNull();
        assertThat(log).singleElement().asString().startsWith("INFO Restored 2 executors");
    }

    @Test
    void judgesAnExecutorByTheRootAsItWasWhenItRegistered() throws Exception {
        RegisteredExecutor before = fixture.register("app", "1", "blockmgr-a");
        Files.move(fixture.root, fixture.root.resolveSibling("unmounted"));
        Files.createDirectory(fixture.root);
        RegisteredExecutor after = fixture.register("app", "2", "blockmgr-b");
        assertThat(fixture.registry.rootInodes()).containsOnlyKeys(fixture.root);
        assertThat(fixture.registry.rootInodes().get(fixture.root)).hasSize(2);

        restart();

        assertThat(fixture.registry.executor(before.id()))
                .as("on the lost disk")
                .isNotNull();
        assertThat(fixture.registry.executor(after.id()))
                .as("on the present disk, its directory missing")
                .isNull();
    }

    @Test
    void keepsExecutorsWhoseNamesAListingDoesNotShow() throws Exception {
        // In a locale without UTF-8 the listing spells it otherwise; with UTF-8 it shows it.
        fixture.mkdirs("blockmgr-a");
        RegisteredExecutor executor = fixture.register("app", "1", "blockmgr-a");
        sql("UPDATE local_dirs SET path = replace(path, 'blockmgr-a', 'blockmgr-\u00fc')");
        sql("UPDATE executors SET local_dirs = replace(local_dirs, 'blockmgr-a', 'blockmgr-\u00fc')");
        new ProcessBuilder(
                        "sh",
                        "-c",
                        "mv \"$1/blockmgr-a\" \"$1/$(printf 'blockmgr-\\303\\274')\"",
                        "sh",
                        "" + fixture.root)
                .start()
                .waitFor();

        restart();

        boolean isSpelled = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
        assertThat(fixture.registry.executor(executor.id()) != null).isEqualTo(isSpelled);
        assertThat(fixture.registry.isWhollyKnown("app")).isEqualTo(isSpelled);
        assertThat(fixture.registry.applications()).containsExactly("app");
        assertThat(fixture.store.load().executors()).hasSize(isSpelled ? 1 : 0);
    }

    @Test
    void knowsOfWhomItCouldNotReadAll() throws Exception {
        fixture.mkdirs("blockmgr-a", "blockmgr-b");
        fixture.register("app-1", "1", "blockmgr-a");
        RegisteredExecutor other = fixture.register("app-2", "1", "blockmgr-b");
        sql("UPDATE local_dirs SET path = 'nowhere' WHERE app_id = 'app-1'");

        restart();

        assertThat(fixture.registry.isWhollyKnown("app-1")).isFalse();
        assertThat(fixture.registry.isWhollyKnown("app-2")).isTrue();
        assertThat(fixture.registry.executor(other.id())).isNotNull();
        assertThat(fixture.registry.applications()).containsExactlyInAnyOrder("app-1", "app-2");
    }

    @Test
    void keepsAnApplicationWhoseOwnRowCannotBeRead() throws Exception {
        fixture.mkdirs("blockmgr-a", "blockmgr-b");
        RegisteredExecutor executor = fixture.register("app-1", "1", "blockmgr-a");
        fixture.register("app-2", "1", "blockmgr-b");
        await(fixture.registry.registerDriver("app-3", new StoredDrivers("10.0.0.1", 10)));
        sql("UPDATE applications SET heartbeat_timeout_ms = 'two minutes' WHERE app_id <> 'app-2'");

        restart();

        assertThat(fixture.registry.applications()).containsExactlyInAnyOrder("app-1", "app-2", "app-3");
        assertThat(fixture.registry.isWhollyKnown("app-1")).isFalse();
        assertThat(fixture.registry.isWhollyKnown("app-2")).isTrue();
        assertThat(fixture.registry.isWhollyKnown("app-3")).isFalse();
        assertThat(fixture.registry.executor(executor.id())).isEqualTo(executor);
        assertThat(fixture.registry.isClaimed(fixture.root.resolve("blockmgr-a")))
                .isTrue();
        assertThat(fixture.registry.isClaimed(fixture.root.resolve("blockmgr-nobody")))
                .as("left out for lack of memory")
                .isFalse();
    }

    private void sql(String command) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + fixture.stateDir.resolve("registry-7337.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    @Test
    void restoresOwnership() throws Exception {
        fixture.mkdirs("blockmgr-a");
        fixture.register("app-1", "1", "blockmgr-former");
        fixture.register("app-1", "1", "blockmgr-a");

        restart();

        for (String dir : List.of("blockmgr-a", "blockmgr-a/blockmgr-b", "blockmgr-former")) {
            assertThat(fixture.registerInVain("app-2", "1", dir)).isInstanceOf(RegistrationRefusedException.class);
        }
        assertThat(fixture.registry.remove("app-1").dirs())
                .containsExactlyInAnyOrder(fixture.dir("blockmgr-a"), fixture.dir("blockmgr-former"));
    }

    @Test
    void saysNothingWhenThereIsNothing() throws Exception {
        assertThat(restart()).isEmpty();
    }

    private List<String> restart() throws Exception {
        try (LogCapture log = LogCapture.ofPackages(Registry.class)) {
            fixture.restart();
            return log.lines().stream().collect(Collectors.toList());
        }
    }
}
