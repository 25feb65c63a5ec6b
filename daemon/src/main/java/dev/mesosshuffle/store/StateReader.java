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
import java.util.function.Function;

/**
 * Reads the tables into records. What recurs, such as an application's id, becomes one object. A row that is no valid
 * record (an operator may have edited it) is passed over and counted.
 *
 * <p>Each call into SQLite costs far more than what it returns, so all the rows of one application come as one text.
 */
final class StateReader {
    private static final String ROW_END = "\u001e";
    private static final String COLUMN_END = "\u001f";

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
                    rows(statement, "applications", "app_id | ifnull(heartbeat_timeout_ms, '')", this::application);
            List<StoredLocalDir> localDirs =
                    rows(statement, "local_dirs", "app_id | path | root | root_inode", this::localDir);
            List<StoredExecutor> executors = rows(
                    statement,
                    "executors",
                    "app_id | exec_id | local_dirs | real_dirs | sub_dirs_per_local_dir | shuffle_manager",
                    this::executor);
            List<StoredRemoval> removals = readRemovals(connection);
            statement.execute("COMMIT");
            return new StoredState(applications, executors, localDirs, removals);
        }
    }

    List<StoredRemoval> readRemovals(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return rows(statement, "removals", "app_id | path | root", this::removal);
        }
    }

    private <T> List<T> rows(Statement statement, String table, String columns, Function<String[], T> record)
            throws SQLException {
        List<T> result = new ArrayList<>();
        String query = "SELECT group_concat(" + columns.replace("|", "|| char(31) ||") + ", char(30)) FROM " + table
                + " GROUP BY app_id";
        try (ResultSet groups = statement.executeQuery(query)) {
            while (groups.next()) {
                for (String row : groups.getString(1).split(ROW_END, -1)) {
                    try {
                        result.add(record.apply(row.split(COLUMN_END, -1)));
                    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                        invalidRows++;
                    }
                }
            }
        }
        return result;
    }

    private StoredApplication application(String[] row) {
        return new StoredApplication(shared(row[0]), row[1].isEmpty() ? null : Long.valueOf(row[1]));
    }

    private StoredLocalDir localDir(String[] row) {
        LocalDir dir = new LocalDir(root(row[2]), Path.of(row[1]));
        dirs.put(row[1], dir);
        return new StoredLocalDir(dir, shared(row[0]), Long.parseLong(row[3]));
    }

    private StoredRemoval removal(String[] row) {
        return new StoredRemoval(new LocalDir(root(row[2]), Path.of(row[1])), shared(row[0]));
    }

    private StoredExecutor executor(String[] row) {
        String[] spelled = row[2].split("\n", -1);
        List<LocalDir> places = new ArrayList<>(spelled.length);
        for (String path : row[3].isEmpty() ? spelled : row[3].split("\n", -1)) {
            LocalDir dir = dirs.get(path);
            if (dir == null) {
                throw new IllegalArgumentException("dir: " + path + " (expected: a local dir)");
            }
            places.add(dir);
        }
        return new StoredExecutor(
                new AppExecId(shared(row[0]), row[1]),
                new ExecutorShuffleInfo(List.of(spelled), Integer.parseInt(row[4]), shared(row[5])),
                places);
    }

    private Path root(String root) {
        return roots.computeIfAbsent(root, Path::of);
    }

    private String shared(String text) {
        String known = texts.putIfAbsent(text, text);
        return known == null ? text : known;
    }
}
