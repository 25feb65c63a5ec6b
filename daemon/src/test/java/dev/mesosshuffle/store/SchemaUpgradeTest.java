package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredRemoval;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of older versions open, with all that is in them, and can do from then on what new ones can. */
final class SchemaUpgradeTest {
    /** What each version added, to be taken away again; the first is that of version 2. */
    private static final List<String> TAKEN_AWAY = List.of(
            "ALTER TABLE removals DROP COLUMN root_inode",
            "DROP TABLE quiet_times",
            "ALTER TABLE applications DROP COLUMN kept",
            "ALTER TABLE applications DROP COLUMN driver_address",
            "ALTER TABLE applications DROP COLUMN driver_reregisters");

    @TempDir
    Path temp;

    @BeforeEach
    void fill() throws Exception {
        try (StateStore store = StoreFixture.open(temp)) {
            await(put(store, executor("app", "1", "blockmgr-a")));
            await(store.putIdleTime("app", Duration.ofHours(1)));
            await(store.removeApplication("old", List.of(StoreFixture.removal("old", "blockmgr-b"))));
        }
    }

    private void makeOlder(int version) throws Exception {
        try (Connection older = StoreFixture.asOperator(temp)) {
            for (String command : TAKEN_AWAY.subList(version - 1, TAKEN_AWAY.size())) {
                StoreFixture.execute(older, command);
            }
            StoreFixture.execute(older, "PRAGMA user_version = " + version);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void upgradesAnOlderFile(int version) throws Exception {
        makeOlder(version);

        try (StateStore store = StoreFixture.open(temp)) {
            assertThat(store.load().executors()).hasSize(1);
            assertThat(store.loadKept()).isEmpty();
            assertThat(store.loadDriverAddresses()).isEmpty();
            assertThat(store.loadReregisteringDrivers()).isEmpty();
            await(store.putDrivers("app", 1000, "10.0.0.1", true));
            await(store.putKept("app", true));
            await(store.putIdleTime("app", Duration.ofHours(2)));
            await(store.removeApplication("b", List.of(StoreFixture.removal("b", "blockmgr-c"))));
        }
        try (StateStore store = StoreFixture.open(temp)) {
            assertThat(store.loadKept()).containsExactly("app");
            assertThat(store.loadDriverAddresses()).containsOnly(Map.entry("app", "10.0.0.1"));
            assertThat(store.loadReregisteringDrivers()).containsOnly(Map.entry("app", Duration.ofSeconds(1)));
            assertThat(store.loadIdleTimes()).containsOnly(Map.entry("app", Duration.ofHours(2)));
            assertThat(store.loadRemovals()).contains(StoreFixture.removal("b", "blockmgr-c"));
        }
    }

    @Test
    void version1DidNotKnowTheRootOfWhatIsToBeDeleted() throws Exception {
        makeOlder(1);

        try (StateStore store = StoreFixture.open(temp)) {
            assertThat(store.loadRemovals())
                    .containsExactly(new StoredRemoval(StoreFixture.dir("blockmgr-b"), "old", null));
        }
    }

    @Test
    void version5HadDriversThatNeverRegisterAgain() throws Exception {
        try (StateStore store = StoreFixture.open(temp)) {
            await(store.putDrivers("app", 1000, "10.0.0.1", true));
        }
        makeOlder(5);

        try (StateStore store = StoreFixture.open(temp)) {
            assertThat(store.loadDriverAddresses()).containsOnly(Map.entry("app", "10.0.0.1"));
            assertThat(store.loadReregisteringDrivers()).isEmpty();
        }
    }

    @Test
    void version3HadIdleTimes() throws Exception {
        makeOlder(3);

        try (StateStore store = StoreFixture.open(temp)) {
            assertThat(store.loadIdleTimes()).containsOnly(Map.entry("app", Duration.ofHours(1)));
        }
    }
}
