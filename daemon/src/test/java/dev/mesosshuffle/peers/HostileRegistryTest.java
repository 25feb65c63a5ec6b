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
                .isThrownBy(() -> registries.recordRemoval(orphan, orphan.dir().path()));
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
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + planted);
                var statement = connection.createStatement()) {
            statement.executeUpdate(statements);
        }
        assertThat(Files.size(planted)).isPositive();
    }
}
