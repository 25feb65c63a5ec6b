package dev.mesosshuffle.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreFixture;
import dev.mesosshuffle.testing.HostileUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A registry of another port that somebody planted, or changed. */
final class HostileRegistryTest {
    private static final int OTHER_PORT = StoreFixture.PORT + 1;
    private static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS path, i AS app_id, i AS root,"
                    + " i AS root_inode FROM n";

    @TempDir
    private Path temp;

    private Path stateDir;
    private Path planted;
    private StateStore own;
    private PeerRegistries registries;

    @BeforeEach
    void setUp() throws Exception {
        stateDir = temp.resolve("state");
        own = StoreFixture.open(stateDir);
        planted = stateDir.resolve("registry-" + OTHER_PORT + ".db");
        StateStore other = StateStore.open(stateDir, OTHER_PORT, StoreFixture.CLOCK, new MetricRegistry());
        StoreFixture.await(StoreFixture.put(other, StoreFixture.executor("b", "1", "blockmgr-b")));
        other.close();
        registries = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of());
    }

    @AfterEach
    void tearDown() {
        own.close();
    }

    @Test
    void readsWhatAServiceWrote() throws Exception {
        assertThat(registries.knownDirs().owned())
                .containsExactly(StoreFixture.dir("blockmgr-b").path());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE removals; CREATE VIEW removals AS " + ENDLESS,
                "CREATE VIEW more AS " + ENDLESS,
                "CREATE TRIGGER more AFTER INSERT ON removals BEGIN DELETE FROM local_dirs; END",
                "CREATE TABLE more (path TEXT)",
                "CREATE INDEX more ON local_dirs (abs(root_inode))",
                "DROP TABLE removals; CREATE TABLE removals (app_id TEXT, path AS (zeroblob(1000000000)), PRIMARY KEY"
                        + " (app_id)) WITHOUT ROWID",
                "DROP TABLE removals; CREATE VIRTUAL TABLE removals USING fts5(path, app_id)"
            })
    void opensNothingButTheTablesOfAService(String change) throws Exception {
        change(change);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.knownDirs())
                .withMessageContaining("expected: the tables of a mesos-shuffle-service only");
        StoredRemoval orphan = new StoredRemoval(StoreFixture.dir("blockmgr-o"), null, 2L);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.recordRemoval(orphan, orphan.dir().path(), () -> {}));
        assertThat(own.loadRemovals()).isEmpty();
        // Unknown is no conflict for an executor that registers, and holds back what would be deleted.
        assertThat(registries.peers().conflict(List.of())).isNull();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() ->
                        registries.peers().owner(StoreFixture.dir("blockmgr-o").path()));
    }

    @Test
    void ignoresForAnExpiredDirWhatAnotherUserPlantedAndDeletesNoOrphan() throws Exception {
        HostileUser.assumeRoot();
        HostileUser.gets(planted);

        assertThat(registries.peers().owner(StoreFixture.dir("blockmgr-b").path()))
                .isNull();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.knownDirs())
                .withMessageContaining(planted + " belongs to user " + HostileUser.UID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "group-dir", "group-file", "foreign-companion"})
    void waitsForARegistryOfItsOwnUserThatIsOnlyUnusual(String what) throws Exception {
        Path expired = StoreFixture.dir("blockmgr-b").path();
        assertThat(registries.peers().owner(expired)).isNotNull();
        switch (what) {
            case "foreign-companion" -> {
                HostileUser.assumeRoot();
                HostileUser.gets(Files.writeString(Path.of(planted + "-wal"), ""));
            }
            case "link" -> Files.createLink(temp.resolve("backup"), planted);
            case "group-dir" -> Files.setPosixFilePermissions(stateDir, PosixFilePermissions.fromString("rwxrwxr-x"));
            default -> Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rw-rw-r--"));
        }

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.peers().owner(expired))
                .withMessageContaining(what.equals("group-dir") ? stateDir.toString() : planted.toString());
        assertThat(registries.peers().conflict(List.of()))
                .as("no executor fails")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anybody-dir", "anybody-file", "foreign-in-group-dir", "foreign-above"})
    void doesNotWaitForWhatAnybodyCouldHaveWritten(String what) throws Exception {
        if (what.startsWith("foreign")) {
            HostileUser.assumeRoot();
            Files.setPosixFilePermissions(stateDir, PosixFilePermissions.fromString("rwxrwxr-x"));
        }
        switch (what) {
            case "anybody-dir" -> Files.setPosixFilePermissions(stateDir, PosixFilePermissions.fromString("rwxr-xrwx"));
            case "anybody-file" -> Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rw-r--rw-"));
            case "foreign-in-group-dir" -> HostileUser.gets(planted);
            default -> {
                Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxr-x"));
                HostileUser.gets(stateDir);
            }
        }

        assertThat(registries.peers().owner(StoreFixture.dir("blockmgr-b").path()))
                .isNull();
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> registries.knownDirs());
    }

    @Test
    void withdrawsAnIntentThoughAnotherUserPlantedARegistry() throws Exception {
        HostileUser.assumeRoot();
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        registries = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(elsewhere));
        StoredRemoval orphan = new StoredRemoval(StoreFixture.dir("blockmgr-o"), null, 2L);
        Path dir = orphan.dir().path();
        assertThat(registries.recordRemoval(orphan, dir, () -> {})).isTrue();
        HostileUser.gets(Files.writeString(stateDir.resolve("registry-1.db"), "planted"));
        Files.writeString(elsewhere.resolve("registry-2.db"), "planted");
        HostileUser.gets(elsewhere);
        Path file = Files.createFile(temp.resolve("file"));
        registries = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(elsewhere, file));

        registries.deleteRemoval(dir);

        assertThat(own.loadRemovals()).isEmpty();
        try (StateStore other = StateStore.open(stateDir, OTHER_PORT, StoreFixture.CLOCK, new MetricRegistry())) {
            assertThat(other.loadRemovals()).isEmpty();
        }
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.recordRemoval(orphan, dir, () -> {}));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> registries.knownDirs());
        assertThat(own.loadRemovals()).isEmpty();
    }

    @Test
    void withdrawsNoIntentFromAFewOnlyWhileOneOfItsOwnUserIsUnusual() throws Exception {
        StoredRemoval orphan = new StoredRemoval(StoreFixture.dir("blockmgr-o"), null, 2L);
        Path dir = orphan.dir().path();
        assertThat(registries.recordRemoval(orphan, dir, () -> {})).isTrue();
        Path backup = Files.createLink(temp.resolve("backup"), planted);

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> registries.deleteRemoval(dir));
        assertThat(own.loadRemovals()).hasSize(1);

        Files.delete(backup);
        registries.deleteRemoval(dir);
        assertThat(own.loadRemovals()).isEmpty();
    }

    @Test
    void readsManyPathsOfItsOwnRegistryOnly() throws Exception {
        String many =
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001) INSERT INTO removals"
                        + " (path, app_id, root, root_inode) SELECT '/data/blockmgr-' || i, 'app', '/data', 2 FROM n";
        change(stateDir.resolve("registry-" + StoreFixture.PORT + ".db"), many);
        assertThat(registries.knownDirs().removals()).hasSize(100_001);

        change(planted, many);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.knownDirs())
                .withMessageContaining(planted.toString())
                .withMessageContaining("expected: at most 100000");
    }

    @Test
    void takesALinkToADiskThatIsAwayForARegistryThatCannotBeRead() throws Exception {
        Files.createSymbolicLink(stateDir.resolve("registry-1.db"), temp.resolve("away/registry-1.db"));
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> registries.knownDirs())
                .withMessageContaining("registry-1.db leads nowhere");
    }

    @Test
    void readsNoTextThatIsTooLong() throws Exception {
        change("INSERT INTO removals VALUES (hex(zeroblob(2000000)), '', '/data', 2)");

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> registries.knownDirs());
    }

    @Test
    void endsAQueryThatTakesTooLong() throws Exception {
        try (Connection connection = Sqlite.connectReadOnly(planted)) {
            AtomicLong now = new AtomicLong();
            Ticker oneSecondAtEachLook =
                    () -> now.getAndAdd(Duration.ofSeconds(1).toNanos());
            Sqlite.distrust(connection, Duration.ofSeconds(5), oneSecondAtEachLook);
            assertThatCode(() -> Sqlite.execute(connection, "SELECT count(*) FROM local_dirs"))
                    .doesNotThrowAnyException();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> Sqlite.execute(connection, "SELECT count(*) FROM (" + ENDLESS + ")"))
                    .withMessageContaining("SQLITE_INTERRUPT");
        }
    }

    private void change(String statements) throws Exception {
        change(planted, statements);
    }

    private static void change(Path database, String statements) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                var statement = connection.createStatement()) {
            statement.executeUpdate(statements);
        }
        assertThat(Files.size(database)).isPositive();
    }
}
