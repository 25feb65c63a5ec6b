package dev.mesosshuffle.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Whatever somebody has written into the registry's tables, it is read as records or skipped and counted. */
class StateReaderFuzzTest {
    private static final String[] INSERTS = {
        "INSERT OR REPLACE INTO applications VALUES (?, ?, ?, ?, ?)",
        "INSERT OR REPLACE INTO executors VALUES (?, ?, ?, ?, ?, ?)",
        "INSERT OR REPLACE INTO local_dirs VALUES (?, ?, ?, ?)",
        "INSERT OR REPLACE INTO removals VALUES (?, ?, ?, ?)",
        "INSERT OR REPLACE INTO quiet_times VALUES (?, ?)"
    };
    private static final String[] TABLES = {"applications", "executors", "local_dirs", "removals", "quiet_times"};

    private static Connection connection;

    @BeforeAll
    static void create() throws Exception {
        connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        Schema.prepare(connection);
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @FuzzTest(maxDuration = "30s")
    void readsOrSkipsEveryRow(FuzzedDataProvider data) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("DELETE FROM " + table);
            }
        }
        int rows = data.consumeInt(0, 8);
        for (int row = 0; row < rows; row++) {
            insert(data);
        }
        StateReader reader = new StateReader();
        StoredState state = reader.read(connection);
        reader.readIdleTimes(connection);
        reader.readKept(connection);
        reader.readDriverAddresses(connection);
        assertThat(reader.readReregisteringDrivers(connection).values())
                .noneMatch(timeout -> timeout.isNegative() || timeout.isZero());
        assertThat(state.executors()).allSatisfy(executor -> {
            assertThat(executor.id().appId()).isNotEmpty();
            assertThat(executor.dirs()).isNotEmpty();
        });
        assertThat(state.localDirs())
                .allSatisfy(dir -> assertThat(dir.dir().path()).isAbsolute());
    }

    private static void insert(FuzzedDataProvider data) throws SQLException {
        String insert = data.pickValue(INSERTS);
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            int columns = (int) insert.chars().filter(c -> c == '?').count();
            for (int column = 1; column <= columns; column++) {
                if (data.consumeBoolean()) {
                    statement.setString(column, data.consumeString(40));
                } else {
                    statement.setLong(column, data.consumeLong());
                }
            }
            statement.execute();
        }
    }
}
