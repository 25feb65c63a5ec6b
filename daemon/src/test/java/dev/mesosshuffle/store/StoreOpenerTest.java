package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreOpenerTest {
    private static final String ASIDE = "registry-7337.db.damaged-20261125T010203Z";

    @TempDir
    Path temp;

    @Test
    void makesTheStateDirForItselfAlone() throws Exception {
        Path stateDir = temp.resolve("root/state");

        StoreFixture.open(stateDir).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stateDir)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stateDir.resolveSibling("."))))
                .as("the root, which executors of other users share")
                .isNotEqualTo("rwx------");
    }

    @Test
    void marksTheFileWithItsVersion() throws Exception {
        StoreFixture.open(temp).close();

        try (Connection operator = StoreFixture.asOperator(temp)) {
            assertThat(StoreFixture.query(operator, "PRAGMA user_version")).containsExactly("6");
            assertThat(StoreFixture.query(operator, "PRAGMA application_id")).containsExactly("1297303635");
            assertThat(StoreFixture.query(operator, "PRAGMA journal_mode")).containsExactly("wal");
        }
    }

    @Test
    void startsWithAnEmptyFileAsWithNone() throws Exception {
        Files.createFile(StoreFixture.database(temp));

        try (StateStore store = StoreFixture.open(temp)) {
            await(put(store, executor("app", "1", "blockmgr-a")));
        }
    }

    @Test
    void refusesASecondOpenerAndLeavesTheFirstAlone() throws Exception {
        try (StateStore store = StoreFixture.open(temp)) {
            assertThatThrownBy(() -> StoreFixture.open(temp))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("registry-7337.db")
                    .hasMessageContaining("port 7337")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            await(put(store, executor("app", "1", "blockmgr-a")));
        }
    }

    @Test
    void opensAgainOnceTheFirstHasClosed() throws Exception {
        StoreFixture.open(temp).close();
        StoreFixture.open(temp).close();
    }

    @Test
    void refusesTheFileOfANewerVersion() throws Exception {
        StoreFixture.open(temp).close();
        try (Connection newer = StoreFixture.asOperator(temp)) {
            StoreFixture.execute(newer, "PRAGMA user_version = 7");
        }

        assertThatThrownBy(() -> StoreFixture.open(temp))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("registry-7337.db")
                .hasMessageContaining("schema version 7 (expected: at most 6)");
        assertThat(names()).containsExactly("registry-7337.db", "registry-7337.lock", "registry-7337.reserve");
    }

    @Test
    void letsGoOfTheLockWhenItCannotOpen() throws Exception {
        refusesTheFileOfANewerVersion();
        try (Connection operator = StoreFixture.asOperator(temp)) {
            StoreFixture.execute(operator, "PRAGMA user_version = 6");
        }

        StoreFixture.open(temp).close();
    }

    @Test
    void refusesTheFileOfAnotherProgram() throws Exception {
        try (Connection other = StoreFixture.asOperator(temp)) {
            StoreFixture.execute(other, "CREATE TABLE bookmarks (url TEXT)");
        }

        assertThatThrownBy(() -> StoreFixture.open(temp))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another program wrote it");
        try (Connection other = StoreFixture.asOperator(temp)) {
            assertThat(StoreFixture.query(other, "SELECT name FROM sqlite_master"))
                    .containsExactly("bookmarks");
        }
    }

    @Test
    void movesAFileAsideThatIsNoDatabase() throws Exception {
        byte[] garbage = new byte[8192];
        Arrays.fill(garbage, (byte) 0x5a);
        Files.write(StoreFixture.database(temp), garbage);

        assertMovedAsideAndUsable();
        assertThat(temp.resolve(ASIDE)).hasBinaryContent(garbage);
    }

    @Test
    void movesAFileAsideThatWasCutOff() throws Exception {
        fill();
        Path database = StoreFixture.database(temp);
        try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(database) / 2 + 100);
        }

        assertMovedAsideAndUsable();
    }

    @Test
    void movesAFileAsideWithADamagedPage() throws Exception {
        fill();
        Path database = StoreFixture.database(temp);
        byte[] content = Files.readAllBytes(database);
        for (int i = content.length - 4096; i < content.length; i++) {
            content[i] = (byte) 0xff;
        }
        Files.write(database, content);

        assertMovedAsideAndUsable();
    }

    @Test
    void movesTheCompanionsAsideToo() throws Exception {
        Files.writeString(StoreFixture.database(temp), "no database, but long enough to be checked".repeat(100));
        Files.writeString(temp.resolve("registry-7337.db-wal"), "no log");

        assertMovedAsideAndUsable();

        assertThat(temp.resolve(ASIDE + "-wal")).hasContent("no log");
    }

    @Test
    void keepsWhatWasMovedAsideInTheSameSecond() throws Exception {
        Files.writeString(StoreFixture.database(temp), "first");
        StoreFixture.open(temp).close();
        Files.writeString(StoreFixture.database(temp), "second");
        StoreFixture.open(temp).close();

        assertThat(temp.resolve(ASIDE)).hasContent("first");
        assertThat(temp.resolve(ASIDE + ".2")).hasContent("second");
    }

    @Test
    void saysNothingWhenAllIsWell() throws Exception {
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            StoreFixture.open(temp).close();
            StoreFixture.open(temp).close();

            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void recoversWhatASuddenEndLeftInTheLog() throws Exception {
        StateStore killed = StoreFixture.open(temp.resolve("killed"));
        await(put(killed, executor("app", "1", "blockmgr-a")));
        for (String suffix : List.of("", "-wal")) {
            Files.copy(temp.resolve("killed/registry-7337.db" + suffix), temp.resolve("registry-7337.db" + suffix));
        }
        killed.close();

        try (StateStore store = StoreFixture.open(temp)) {
            assertThat(store.load().executors()).hasSize(1);
        }
    }

    @Test
    void stopsWhenTheStateDirCannotBeMade() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));

        assertThatThrownBy(() -> StoreFixture.open(file.resolve("state")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot use the registry " + file.resolve("state/registry-7337.db"));
        assertThat(names()).containsExactly("file");
    }

    @Test
    void stopsWhenTheStateDirIsAFile() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));

        assertThatThrownBy(() -> StoreFixture.open(file)).isInstanceOf(StoreException.class);
        assertThat(file).isEmptyFile();
    }

    @Test
    void stopsAndMovesNothingWhenTheDatabaseIsADir() throws Exception {
        Files.createDirectory(StoreFixture.database(temp));

        assertThatThrownBy(() -> StoreFixture.open(temp))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot use the registry " + StoreFixture.database(temp));
        assertThat(names()).containsExactly("registry-7337.db");
    }

    @Test
    void stopsAndMovesNothingWhenTheDatabaseIsBusy() throws Exception {
        StoreFixture.open(temp).close();
        try (Connection operator = StoreFixture.asOperator(temp)) {
            StoreFixture.execute(operator, "PRAGMA locking_mode = EXCLUSIVE");
            StoreFixture.execute(operator, "BEGIN EXCLUSIVE");

            assertThatThrownBy(() -> StoreFixture.open(temp))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("SQLITE_BUSY");
        }

        assertThat(names()).noneMatch(name -> name.contains("damaged"));
        StoreFixture.open(temp).close();
    }

    /** Enough that it spans many pages. */
    private void fill() throws Exception {
        try (StateStore store = StoreFixture.open(temp)) {
            for (int i = 0; i < 199; i++) {
                var unused = put(store, executor("app", "" + i, "blockmgr-" + i));
            }
            await(put(store, executor("app", "last", "blockmgr-last")));
        }
    }

    private void assertMovedAsideAndUsable() throws Exception {
        try (LogCapture log = LogCapture.ofPackages(StateStore.class);
                StateStore store = StoreFixture.open(temp)) {
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("ERROR The registry " + StoreFixture.database(temp) + " is damaged (")
                    .contains(temp.resolve(ASIDE).toString());
            assertThat(store.load().executors()).isEmpty();
            await(put(store, executor("app", "1", "blockmgr-a")));
            assertThat(store.load().executors()).hasSize(1);
        }
        assertThat(temp.resolve(ASIDE)).exists();
    }

    private List<String> names() throws Exception {
        try (Stream<Path> files = Files.list(temp)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
