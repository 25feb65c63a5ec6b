package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on a file system that really is full. Passed over where mounting is not permitted. */
class FullDiskTest {
    private static final String UNWRITTEN = "shuffleService.store.deferredWrites";

    @TempDir
    Path temp;

    private Path stateDir;
    private Mount disk;
    private MetricRegistry metrics = new MetricRegistry();
    private @Nullable StateStore open;

    @BeforeEach
    void mount() throws Exception {
        stateDir = temp.resolve("state");
        disk = Mount.tmpfs(stateDir, "32m,nr_inodes=200");
    }

    @AfterEach
    void unmount() throws Exception {
        if (open != null) {
            open.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void storesARemovalThanksToTheReserve() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        disk.fill();

        await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));

        store = reopen(store);
        assertThat(store.load().applications()).isEmpty();
        assertThat(store.loadRemovals()).containsExactly(removal("app-1", "blockmgr-1"));
    }

    @Test
    void keepsARemovalInMemoryWithoutTheReserve() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        takeTheReserve();

        await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));

        assertThat(deferred()).isEqualTo(1);
        assertThat(store.load().applications()).hasSize(1);
        Files.delete(stateDir.resolve("ballast"));
        store = reopen(store);
        assertThat(store.load().applications()).isEmpty();
        assertThat(store.loadRemovals()).containsExactly(removal("app-1", "blockmgr-1"));
    }

    @Test
    void storesRemovalsOneAfterTheOtherThoughAllElseIsTaken() throws Exception {
        StateStore store = open();
        for (int i = 0; i < 20; i++) {
            await(put(store, executor("app-" + i, "1", "blockmgr-" + i)));
        }
        for (int i = 0; i < 20; i++) {
            disk.fill();
            await(store.removeApplication("app-" + i, List.of(removal("app-" + i, "blockmgr-" + i))));
        }
        assertThat(store.loadRemovals()).hasSize(20);
    }

    @Test
    void doesNotBringBackARemovedApplicationWhoseRegistrationsWaited() throws Exception {
        StateStore store = open();
        Path ballast = disk.fill();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        await(put(store, executor("app-2", "1", "blockmgr-2")));
        assertThat(deferred()).isEqualTo(2);

        await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));

        assertThat(deferred()).isEqualTo(1);
        Files.delete(ballast);
        store = reopen(store);
        assertThat(store.load().applications())
                .extracting(StoredApplication::appId)
                .containsExactly("app-2");
        assertThat(store.loadRemovals()).hasSize(1);
    }

    @Test
    void refusesToRegisterADirWhoseRemovalItStoredOnTheFullDisk() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        disk.fill();
        await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));
        disk.fill();

        assertThat(awaitFailure(put(store, executor("app-2", "1", "blockmgr-1"))))
                .isInstanceOf(DirConflictException.class);
        await(put(store, executor("app-2", "1", "blockmgr-2")));
    }

    @Test
    void writesWhatItAcknowledgedOnceThereIsSpace() throws Exception {
        StateStore store = open();
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            Path ballast = disk.fill();
            await(put(store, executor("app-1", "1", "blockmgr-1")));
            await(put(store, executor("app-1", "2", "blockmgr-2")));
            assertThat(store.load().executors()).isEmpty();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0))
                    .startsWith("ERROR Writing to " + StoreFixture.database(stateDir) + " fails: [SQLITE_FULL]")
                    .contains("free space on its disk")
                    .contains("are unknown after a restart");

            Files.delete(ballast);
            store = reopen(store);

            assertThat(store.load().executors()).hasSize(2);
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(1))
                    .endsWith("works again; deferred registrations and removals that are stored now: 2");
        }
    }

    @Test
    void storesWhatItAcknowledgedWhenItIsClosedThanksToTheReserve() throws Exception {
        StateStore store = open();
        disk.fill();
        await(put(store, executor("app-1", "1", "blockmgr-1")));

        store = reopen(store);

        assertThat(store.load().executors()).hasSize(1);
    }

    @Test
    void losesWhatItAcknowledgedIfItIsClosedWithoutTheReserve() throws Exception {
        StateStore store = open();
        takeTheReserve();
        await(put(store, executor("app-1", "1", "blockmgr-1")));

        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            store.close();
            assertThat(log.lines()).anyMatch(line -> line.startsWith("ERROR Registrations and removals are lost"));
        }
        Files.delete(stateDir.resolve("ballast"));
        assertThat(open().load().executors()).isEmpty();
    }

    @Test
    void opensOnAFullDiskThanksToTheReserve() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        store.close();
        disk.fill();

        assertThat(open().load().executors()).hasSize(1);
    }

    @Test
    void readsWhatThereIsOnAFullDiskWithoutTheReserveAndWritesOnceThereIsSpace() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        store.close();
        // As after a read with sqlite3 while the service was stopped.
        deleteWhatLiesBesideIt();
        takeTheReserve();

        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            store = open();
            assertThat(store.load().executors()).hasSize(1);
            await(put(store, executor("app-1", "2", "blockmgr-2")));
            await(store.ping());
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("ERROR Writing to ")
                    .contains("its file system has no space left");

            Files.delete(stateDir.resolve("ballast"));
            store = reopen(store);
            assertThat(log.lines().get(1))
                    .endsWith("works again; deferred registrations and removals that are stored now: 1");
        }
        assertThat(store.load().executors()).hasSize(2);
    }

    private void deleteWhatLiesBesideIt() throws IOException {
        Files.deleteIfExists(stateDir.resolve("registry-7337.db-wal"));
        Files.deleteIfExists(stateDir.resolve("registry-7337.db-shm"));
    }

    @Test
    void opensWithoutAnyInodeAfterAnOrderlyStop() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        useUpAllInodes();
        await(put(store, executor("app-1", "2", "blockmgr-2")));
        store.close();
        useUpAllInodes();

        StateStore again = open();
        assertThat(again.load().executors()).hasSize(2);
        await(again.removeApplication("app-1", List.of()));
        assertThat(again.load().executors()).isEmpty();
    }

    @Test
    void readsWhatThereIsWithoutAnyInodeForWhatLiesBesideItAndSaysWhatIsMissing() throws Exception {
        StateStore store = open();
        await(put(store, executor("app-1", "1", "blockmgr-1")));
        store.close();
        useUpAllInodes();
        deleteWhatLiesBesideIt();
        useUpAllInodes();

        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            store = open();
            assertThat(store.load().executors()).hasSize(1);
            await(put(store, executor("app-1", "2", "blockmgr-2")));
            await(store.ping());
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("ERROR Writing to ")
                    .contains("its file system has no inodes left (0 of 200)");
        }
    }

    private void useUpAllInodes() {
        try {
            while (true) {
                Files.createTempFile(stateDir, "empty", "");
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left on device");
        }
    }

    @Test
    void fillsTheReserveOnceThereIsRoomForMuchMoreThanThat() throws Exception {
        Path ballast = Files.write(stateDir.resolve("ballast"), new byte[20 << 20]);
        StateStore store = open();
        await(store.ping());
        await(store.ping());
        assertThat(reserve()).doesNotExist();

        Files.delete(ballast);
        await(store.ping());
        // The second one comes after all that the first one brought about.
        await(store.ping());

        assertThat(reserve()).hasSize(ReserveFile.BYTES);
    }

    private Path reserve() {
        return stateDir.resolve("registry-" + StoreFixture.PORT + ".reserve");
    }

    private void takeTheReserve() throws Exception {
        Files.write(reserve(), new byte[0]);
        disk.fill();
    }

    private int deferred() {
        return metrics.getGauges((name, gauge) -> name.equals(UNWRITTEN)).values().stream()
                .mapToInt(gauge -> (Integer) gauge.getValue())
                .sum();
    }

    private StateStore open() throws StoreException {
        metrics = new MetricRegistry();
        StateStore store = StoreFixture.open(stateDir, metrics);
        open = store;
        return store;
    }

    private StateStore reopen(StateStore store) throws StoreException {
        store.close();
        return open();
    }
}
