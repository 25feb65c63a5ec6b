package dev.mesosshuffle.store;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tables into records. What recurs, such as an application's id, becomes one object. A row that is no valid
 * record (an operator may have edited it) is passed over and counted.
 */
final class StateReader {
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Path> roots = new HashMap<>();
    private final Map<String, LocalDir> dirs = new HashMap<>();
    private int invalidRows;

    /** How many rows were passed over. */
    int invalidRows() {
        return invalidRows;
    }

    StoredState read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // One transaction, so that all tables are of one moment.
            statement.execute("BEGIN");
            List<StoredApplication> applications =
                    rows(statement, "SELECT app_id, heartbeat_timeout_ms FROM applications", this::application);
            List<StoredLocalDir> localDirs =
                    rows(statement, "SELECT path, app_id, root, root_inode FROM local_dirs", this::localDir);
            List<StoredExecutor> executors = rows(
                    statement,
                    "SELECT app_id, exec_id, local_dirs, real_dirs, sub_dirs_per_local_dir, shuffle_manager"
                            + " FROM executors",
                    this::executor);
            List<StoredRemoval> removals = readRemovals(connection);
            statement.execute("COMMIT");
            return new StoredState(applications, executors, localDirs, removals);
        }
    }

    List<StoredRemoval> readRemovals(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return rows(statement, "SELECT path, app_id, root FROM removals", this::removal);
        }
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> rows(Statement statement, String query, Row<T> row) throws SQLException {
        List<T> result = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                try {
                    result.add(row.read(rows));
                } catch (IllegalArgumentException e) {
                    invalidRows++;
                }
            }
        }
        return result;
    }

    private StoredApplication application(ResultSet row) throws SQLException {
        long timeout = row.getLong(2);
        return new StoredApplication(text(row, 1), row.wasNull() ? null : timeout);
    }

    private StoredLocalDir localDir(ResultSet row) throws SQLException {
        String path = notNull(row.getString(1));
        LocalDir dir = new LocalDir(root(row, 3), Path.of(path));
        dirs.put(path, dir);
        return new StoredLocalDir(dir, text(row, 2), row.getLong(4));
    }

    private StoredRemoval removal(ResultSet row) throws SQLException {
        return new StoredRemoval(new LocalDir(root(row, 3), Path.of(notNull(row.getString(1)))), text(row, 2));
    }

    private StoredExecutor executor(ResultSet row) throws SQLException {
        AppExecId id = new AppExecId(text(row, 1), notNull(row.getString(2)));
        List<LocalDir> places = new ArrayList<>();
        for (String path : lines(row, 4)) {
            LocalDir dir = dirs.get(path);
            if (dir == null) {
                throw new IllegalArgumentException("dir: " + path + " (expected: a local dir)");
            }
            places.add(dir);
        }
        ExecutorShuffleInfo info = new ExecutorShuffleInfo(lines(row, 3), row.getInt(5), text(row, 6));
        return new StoredExecutor(id, info, places);
    }

    private Path root(ResultSet row, int column) throws SQLException {
        return roots.computeIfAbsent(text(row, column), Path::of);
    }

    private String text(ResultSet row, int column) throws SQLException {
        String text = notNull(row.getString(column));
        String known = texts.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    private static List<String> lines(ResultSet row, int column) throws SQLException {
        return List.of(notNull(row.getString(column)).split("\n", -1));
    }

    private static String notNull(@Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("NULL (expected: a text)");
        }
        return text;
    }
}
