package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host with several disks: where the registry lies, and what becomes of one that lies elsewhere. */
class StorePlacesTest {
    @TempDir
    private Path temp;

    private Path first;
    private Path second;

    @BeforeEach
    void setUp() {
        first = temp.resolve("disk/first");
        second = temp.resolve("second");
    }

    @Test
    void usesTheFirstPlaceAndMakesNothingInAnother() throws Exception {
        try (LogCapture log = LogCapture.of(StorePlaces.class)) {
            StorePlaces.Opened opened = open(first, second);
            opened.store().close();

            assertThat(opened.stateDir()).isEqualTo(first);
            assertThat(opened.isStandIn()).isFalse();
            assertThat(second).doesNotExist();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void knowsEverybodyWhenThePlacesComeInAnotherOrder() throws Exception {
        StorePlaces.Opened before = open(first, second);
        await(put(before.store(), executor("app-1", "1", "blockmgr-1", "blockmgr-2")));
        await(before.store().putIdleTime("app-1", Duration.ofMillis(5)));
        await(before.store().putKept("app-1", true));
        await(before.store().removeApplication("app-2", List.of(removal("app-2", "blockmgr-3"))));
        before.store().close();

        try (LogCapture log = LogCapture.of(RegistryImport.class);
                StateStore store = open(second, first).store()) {
            assertThat(store.load().executors()).containsExactly(executor("app-1", "1", "blockmgr-1", "blockmgr-2"));
            assertThat(store.load().localDirs()).hasSize(2);
            assertThat(store.loadRemovals()).containsExactly(removal("app-2", "blockmgr-3"));
            assertThat(store.loadIdleTimes()).containsEntry("app-1", Duration.ofMillis(5));
            assertThat(store.loadKept()).containsExactly("app-1");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("INFO Imported 1 applications, 1 executors and 1 directories to delete from "
                            + StoreFixture.database(first));
        }
        assertThat(StoreFixture.database(first)).doesNotExist();
        assertThat(first.resolve("registry-7337.db.imported-20261125T010203Z")).exists();
    }

    @Test
    void importsFromAStateDirThatIsNotConfiguredAnyMore() throws Exception {
        Path former = temp.resolve("former");
        StateStore before = StoreFixture.open(former);
        await(put(before, executor("app-1", "1", "blockmgr-1")));
        before.close();

        StorePlaces places = new StorePlaces(
                List.of(first), second, false, StoreFixture.PORT, List.of(Path.of("/data")), StoreFixture.CLOCK);
        try (StateStore store =
                places.open(this::others, new MetricRegistry(), List.of(former)).store()) {
            assertThat(store.load().executors()).hasSize(1);
        }
        assertThat(StoreFixture.database(former)).doesNotExist();
    }

    @Test
    void knowsEverybodyFromAPlaceThatIsReadOnlyAndLeavesItThere() throws Exception {
        Path disk = temp.resolve("disk");
        try (Mount mount = Mount.tmpfs(disk, "16m")) {
            StorePlaces.Opened before = open(first, second);
            await(put(before.store(), executor("app-1", "1", "blockmgr-1")));
            before.store().close();
            mount.readOnly(true);

            for (int start = 1; start <= 2; start++) {
                try (LogCapture log = LogCapture.of(RegistryImport.class);
                        StateStore store = open(second, first).store()) {
                    assertThat(store.load().executors()).as("start " + start).hasSize(1);
                    assertThat(log.lines()).singleElement().asString().contains("it cannot be moved aside");
                }
                assertThat(StoreFixture.database(first)).exists();
            }

            mount.readOnly(false);
            open(second, first).store().close();
            assertThat(StoreFixture.database(first))
                    .as("moved aside once it can be")
                    .doesNotExist();
        }
    }

    @Test
    void importsWhatDoesNotConflictWithTheRegistryInUse() throws Exception {
        try (StateStore old = StoreFixture.open(first)) {
            await(put(old, executor("app-1", "1", "blockmgr-1")));
            await(old.removeApplication("app-9", List.of(removal("app-9", "blockmgr-9"))));
        }
        try (StateStore newer = StoreFixture.open(second)) {
            await(put(newer, executor("app-2", "1", "blockmgr-1")));
            await(put(newer, executor("app-2", "2", "blockmgr-9")));
            await(put(newer, executor("app-2", "3", "blockmgr-2")));
            await(put(newer, executor("app-1", "2", "blockmgr-3")));
            await(newer.removeApplication("app-4", List.of(removal("app-4", "blockmgr-4"))));
        }

        try (StateStore store = open(first, second).store()) {
            StoredState state = store.load();
            assertThat(state.executors())
                    .containsExactlyInAnyOrder(
                            executor("app-1", "1", "blockmgr-1"),
                            executor("app-1", "2", "blockmgr-3"),
                            executor("app-2", "3", "blockmgr-2"));
            assertThat(store.loadRemovals())
                    .containsExactlyInAnyOrder(removal("app-9", "blockmgr-9"), removal("app-4", "blockmgr-4"));
        }
    }

    @Test
    void doesNotDeleteWhatLivesBecauseAnOldRegistrySaysSo() throws Exception {
        try (StateStore old = StoreFixture.open(second)) {
            await(old.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));
        }
        try (StateStore newer = StoreFixture.open(first)) {
            await(put(newer, executor("app-2", "1", "blockmgr-1")));
        }

        try (StateStore store = open(first, second).store()) {
            assertThat(store.loadRemovals()).isEmpty();
            assertThat(store.load().executors()).hasSize(1);
        }
    }

    @Test
    void leavesTheRegistryOfAServiceThatRunsAlone() throws Exception {
        try (StateStore running = StoreFixture.open(second)) {
            await(put(running, executor("app-1", "1", "blockmgr-1")));
            StorePlaces.Opened opened = open(first, second);
            try (StateStore store = opened.store()) {
                assertThat(store.load().executors()).isEmpty();
                assertThat(opened.peers().trustedFiles()).hasSize(1);
            }
            assertThat(running.load().executors()).hasSize(1);
        }
    }

    @Test
    void leavesARegistryOfOtherRootsAlone() throws Exception {
        try (StateStore other = StoreFixture.open(second)) {
            await(put(other, executor("app-1", "1", "blockmgr-1")));
        }
        StorePlaces places = new StorePlaces(
                List.of(first, second), second, false, StoreFixture.PORT, List.of(Path.of("/mnt")), StoreFixture.CLOCK);
        try (StateStore store = places.open(this::others, new MetricRegistry()).store()) {
            assertThat(store.load().executors()).isEmpty();
        }
        assertThat(StoreFixture.database(second)).exists();
    }

    @Test
    void standsInForARegistryThatCannotBeReadAndBringsBothTogetherLater() throws Exception {
        try (StateStore old = StoreFixture.open(first)) {
            await(put(old, executor("app-1", "1", "blockmgr-1")));
        }
        Path disk = temp.resolve("disk");
        Path mended = Files.move(disk, temp.resolve("mended"));
        // Whatever is below it cannot be reached, as on a dead disk.
        Files.createSymbolicLink(disk, disk);

        try (LogCapture log = LogCapture.of(StorePlaces.class)) {
            StorePlaces.Opened opened = open(first, second);
            try (StateStore store = opened.store()) {
                assertThat(opened.isStandIn()).isTrue();
                assertThat(opened.stateDir()).isEqualTo(second);
                assertThat(store.load().executors()).isEmpty();
                await(put(store, executor("app-2", "1", "blockmgr-2")));
            }
            assertThat(log.lines().get(0))
                    .startsWith("ERROR cannot use the registry " + StoreFixture.database(first))
                    .contains("The service starts with the registry in " + second)
                    .contains("executors must register again")
                    .contains("no orphan is deleted until then");
        }
        Files.delete(disk);
        Files.move(mended, disk);
        StorePlaces.Opened opened = open(first, second);
        try (StateStore store = opened.store()) {
            assertThat(opened.isStandIn()).isFalse();
            assertThat(store.load().executors())
                    .containsExactlyInAnyOrder(
                            executor("app-1", "1", "blockmgr-1"), executor("app-2", "1", "blockmgr-2"));
        }
        assertThat(StoreFixture.database(second)).doesNotExist();
    }

    @Test
    void failsInsteadOfSkippingARegistryThatAnOperatorMustDecideOn() throws Exception {
        StoreFixture.open(first).close();
        try (Connection newer = DriverManager.getConnection("jdbc:sqlite:" + StoreFixture.database(first))) {
            StoreFixture.execute(newer, "PRAGMA user_version = 99");
        }

        assertThatThrownBy(() -> open(first, second)).hasMessageContaining("schema version 99");
        assertThat(second).doesNotExist();
    }

    @Test
    void stopsWhereTheStateDirIsPutBelowAFile() throws Exception {
        Files.createFile(temp.resolve("disk"));

        assertThatThrownBy(() -> open(first, second)).isInstanceOf(StoreException.class);
        assertThat(second).doesNotExist();
    }

    @Test
    void stopsBesideASecondDaemonOnTheSamePort() throws Exception {
        try (StateStore running = StoreFixture.open(first)) {
            assertThatThrownBy(() -> open(first, second)).hasMessageContaining("another mesos-shuffle-service");
            assertThat(running.load().executors()).isEmpty();
        }
        assertThat(second).doesNotExist();
    }

    @Test
    void servesFromAReadOnlyDiskRatherThanFromAnEmptyRegistryElsewhere() throws Exception {
        try (Mount disk = Mount.tmpfs(first, "32m")) {
            try (StateStore old = StoreFixture.open(first)) {
                await(put(old, executor("app-1", "1", "blockmgr-1")));
            }
            disk.readOnly(true);
            StorePlaces.Opened opened = open(first, second);
            try (StateStore store = opened.store()) {
                assertThat(opened.isStandIn()).isFalse();
                assertThat(store.load().executors()).hasSize(1);
            }
            assertThat(second).doesNotExist();
        }
    }

    private StorePlaces.Opened open(Path... places) throws StoreException {
        return new StorePlaces(
                        List.of(places),
                        temp.resolve("host-wide"),
                        false,
                        StoreFixture.PORT,
                        List.of(Path.of("/data")),
                        StoreFixture.CLOCK)
                .open(this::others, new MetricRegistry());
    }

    private PeerDatabases others(Path place) {
        return PeerRegistries.of(place, StoreFixture.PORT, List.of(first, second))
                .peers();
    }
}
