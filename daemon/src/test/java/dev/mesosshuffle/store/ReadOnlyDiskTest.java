package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store on a disk that is mounted read-only at the start. Passed over where mounting is not permitted. */
class ReadOnlyDiskTest {
    private static final int PAGE_BYTES = 4096;

    @TempDir
    Path temp;

    private Path stateDir;
    /** It has open what a sudden end left behind. */
    private @Nullable StateStore killed;

    private Mount disk;

    @BeforeEach
    void mount() throws Exception {
        stateDir = temp.resolve("state");
        disk = Mount.tmpfs(stateDir, "32m");
    }

    @AfterEach
    void unmount() throws Exception {
        if (killed != null) {
            killed.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void readsWhatThereIsAndKeepsWhatComesInMemory() throws Exception {
        fill();
        disk.readOnly(true);

        try (LogCapture log = LogCapture.ofPackages(StateStore.class);
                StateStore store = StoreFixture.open(stateDir)) {
            assertThat(store.load().executors()).hasSize(1);
            assertThat(store.loadRemovals()).containsExactly(removal("app-2", "blockmgr-2"));
            assertThat(store.loadIdleTimes()).containsEntry("app-1", Duration.ofMillis(5));
            assertThat(store.loadKept()).containsExactly("app-1");

            await(put(store, executor("app-3", "1", "blockmgr-3")));
            assertThat(awaitFailure(put(store, executor("app-3", "2", "blockmgr-2"))))
                    .isInstanceOf(DirConflictException.class);
            await(store.removeApplication("app-1", List.of()));
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("ERROR Writing to " + StoreFixture.database(stateDir) + " fails: ")
                    .contains("Read-only file system");
        }
    }

    @Test
    void writesWhatWaitedOnceTheDiskCanBeWritten() throws Exception {
        fill();
        disk.readOnly(true);
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            try (StateStore store = StoreFixture.open(stateDir)) {
                await(put(store, executor("app-3", "1", "blockmgr-3")));
                await(store.removeApplication("app-1", List.of(removal("app-1", "blockmgr-1"))));
                disk.readOnly(false);
            }
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(1))
                    .endsWith("works again; deferred registrations and removals that are stored now: 2");
        }
        try (StateStore store = StoreFixture.open(stateDir)) {
            assertThat(store.load().applications())
                    .extracting(StoredApplication::appId)
                    .containsExactly("app-3");
            assertThat(store.loadRemovals()).hasSize(2);
        }
    }

    @Test
    void doesNotOpenWhatIsDamagedBehindItsFirstPage() throws Exception {
        fill();
        Path database = StoreFixture.database(stateDir);
        byte[] content = Files.readAllBytes(database);
        Arrays.fill(content, PAGE_BYTES, content.length, (byte) 0x5a);
        Files.write(database, content);
        disk.readOnly(true);

        // The caller takes the next place, or says so: to fail later would be too late for both.
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> StoreFixture.open(stateDir).close())
                .withMessageContaining(database.toString());
    }

    @Test
    void writesNothingToAnotherRegistryThatIsThereLater() throws Exception {
        fill();
        disk.readOnly(true);
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            try (StateStore store = StoreFixture.open(stateDir)) {
                await(put(store, executor("app-3", "1", "blockmgr-3")));
                disk.unmountLazily();
                await(put(store, executor("app-3", "2", "blockmgr-4")));
                await(store.ping());
                assertThatExceptionOfType(StoreException.class).isThrownBy(store::load);
            }
            assertThat(log.lines()).noneMatch(line -> line.contains("works again"));
        }
        assertThat(StoreFixture.database(stateDir)).as("beneath the disk").doesNotExist();
    }

    @Test
    void readsWhatIsOnlyInTheLogBesideIt() throws Exception {
        copyOfAKilledOne("", "-wal");
        disk.readOnly(true);

        try (StateStore store = StoreFixture.open(stateDir)) {
            assertThat(store.load().executors()).hasSize(1);
        }
        assertThat(Files.exists(temp.resolve("killed/registry-7337.db-shm"))).isTrue();
    }

    @Test
    void readsWhatIsOnlyInTheLogWithItsIndexBesideIt() throws Exception {
        copyOfAKilledOne("", "-wal", "-shm");
        disk.readOnly(true);

        try (StateStore store = StoreFixture.open(stateDir)) {
            assertThat(store.load().executors()).hasSize(1);
        }
    }

    @Test
    void doesNotOpenWhereNothingWas() throws Exception {
        disk.readOnly(true);

        assertThatThrownBy(() -> StoreFixture.open(stateDir)).isInstanceOf(StoreException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRAGMA user_version = 99", "PRAGMA application_id = 7"})
    void doesNotOpenWhatIsNotItsOwn(String change) throws Exception {
        fill();
        try (Connection operator = StoreFixture.asOperator(stateDir)) {
            StoreFixture.execute(operator, change);
        }
        disk.readOnly(true);

        assertThatThrownBy(() -> StoreFixture.open(stateDir)).isInstanceOf(StoreException.class);
    }

    private void copyOfAKilledOne(String... suffixes) throws Exception {
        killed = StoreFixture.open(temp.resolve("killed"));
        await(put(killed, executor("app", "1", "blockmgr-a")));
        for (String suffix : suffixes) {
            Files.copy(
                    temp.resolve("killed/registry-7337.db" + suffix),
                    stateDir.resolve("registry-7337.db" + suffix),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void fill() throws Exception {
        try (StateStore store = StoreFixture.open(stateDir)) {
            await(put(store, executor("app-1", "1", "blockmgr-1")));
            await(store.putIdleTime("app-1", Duration.ofMillis(5)));
            await(store.putKept("app-1", true));
            await(store.removeApplication("app-2", List.of(removal("app-2", "blockmgr-2"))));
        }
    }
}
