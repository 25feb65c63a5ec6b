package dev.mesosshuffle.database;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads the tables into records. Recurring values, such as an application's id, become one object. A row that is no valid
 * record (an operator may have edited it, or this process's locale cannot represent it) is skipped and counted, and its
 * application is reported as partly unread. An application whose heartbeat timeout is invalid is not skipped, but read
 * without it, because the application owns directories.
 *
 * <p>Each call into SQLite costs far more than what it returns, so all that is stored of an application comes as one row,
 * unless that is so long that it would occupy much memory at once.
 *
 * <p><b>Concurrency:</b> used by one thread.
 */
public final class StateReader {
    private static final String LOCAL_DIR = "path || char(31) || root || char(31) || root_inode";
    private static final String EXECUTOR = "exec_id || char(31) || local_dirs || char(31) || real_dirs || char(31)"
            + " || sub_dirs_per_local_dir || char(31) || shuffle_manager";

    /** The most text of an application that is read as one row; several times as much is occupied meanwhile. */
    private static final int MAX_JOINED = 1024 * 1024;

    /** More than an executor with as many directories as are accepted, each with the longest path and spelling. */
    private static final int MAX_EXECUTOR = 5 * 512 * 1024;

    private static final String APPLICATIONS = """
            SELECT app_id, ifnull(heartbeat_timeout_ms, '') || char(31) || ifnull(driver_address, '')
                || char(31) || ifnull(driver_reregisters, 0),
              CASE WHEN (SELECT total(length(path) + length(root)) FROM local_dirs WHERE app_id = a.app_id) > %1$d
                THEN NULL ELSE ifnull(
                  (SELECT group_concat(%2$s, char(30)) FROM local_dirs WHERE app_id = a.app_id), '') END,
              CASE WHEN (SELECT total(length(local_dirs) + length(real_dirs) + length(shuffle_manager))
                    FROM executors WHERE app_id = a.app_id) > %1$d
                THEN NULL ELSE ifnull(
                  (SELECT group_concat(%3$s, char(30)) FROM executors WHERE app_id = a.app_id), '') END
            FROM applications a""".formatted(MAX_JOINED, LOCAL_DIR, EXECUTOR);
    private static final String LOCAL_DIRS_OF = "SELECT " + LOCAL_DIR + " FROM local_dirs WHERE app_id = ?";
    private static final String EXECUTORS_OF = "SELECT CASE WHEN length(local_dirs) + length(real_dirs)"
            + " + length(shuffle_manager) > " + MAX_EXECUTOR + " THEN NULL ELSE " + EXECUTOR
            + " END FROM executors WHERE app_id = ?";
    private static final String REMOVALS =
            "SELECT app_id, path || char(31) || root || char(31) || ifnull(root_inode, '') FROM removals";
    private static final char ROW_END = '\u001e';
    private static final char COLUMN_END = '\u001f';
    private static final int MAX_COLUMNS = 5;

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Path> roots = new HashMap<>();
    private final Set<String> partlyUnread = new HashSet<>();
    private int invalidRows;

    /** How many rows were skipped. */
    public int invalidRows() {
        return invalidRows;
    }

    /** Reads all tables but the liveness state, in one transaction. */
    public StoredState read(Connection connection) throws SQLException {
        StateCollector collector = new StateCollector();
        read(connection, collector);
        return collector.state();
    }

    /** Reads all tables but the liveness state, in one transaction, and keeps nothing of them. */
    public void read(Connection connection, StateVisitor visitor) throws SQLException {
        try (Statement statement = connection.createStatement();
                PreparedStatement localDirs = connection.prepareStatement(LOCAL_DIRS_OF);
                PreparedStatement executors = connection.prepareStatement(EXECUTORS_OF)) {
            // One transaction, so that all tables are of one moment.
            statement.execute("BEGIN");
            try (ResultSet rows = statement.executeQuery(withoutMissingColumns(connection, APPLICATIONS))) {
                while (rows.next()) {
                    String appId = rows.getString(1);
                    Map<String, LocalDir> dirs = new HashMap<>();
                    forEach(appId, rows.getString(2), row -> visitor.application(application(appId, row)));
                    String joinedDirs = rows.getString(3);
                    Consumer<String[]> localDir = row -> visitor.localDir(localDir(appId, row, dirs));
                    if (joinedDirs == null) {
                        forEachOf(localDirs, appId, localDir, visitor);
                    } else {
                        forEach(appId, joinedDirs, localDir);
                    }
                    String joinedExecutors = rows.getString(4);
                    Consumer<String[]> executor = row -> visitor.executor(executor(appId, row, dirs));
                    if (joinedExecutors == null) {
                        forEachOf(executors, appId, executor, visitor);
                    } else {
                        forEach(appId, joinedExecutors, executor);
                    }
                }
            }
            readRemovals(connection).forEach(visitor::removal);
            statement.execute("COMMIT");
        }
        partlyUnread.forEach(visitor::unreadableRow);
    }

    /** Reads the rows of an application that are too long to be joined. */
    private void forEachOf(PreparedStatement statement, String appId, Consumer<String[]> action, StateVisitor visitor)
            throws SQLException {
        statement.setString(1, appId);
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String row = rows.getString(1);
                if (row == null) {
                    visitor.oversizedExecutor();
                } else {
                    forEach(appId, row, action);
                }
            }
        }
    }

    /** Reads which directories are still to be deleted. */
    public List<StoredRemoval> readRemovals(Connection connection) throws SQLException {
        List<StoredRemoval> removals = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(REMOVALS)) {
            while (rows.next()) {
                String appId = shared(rows.getString(1));
                forEach(appId, rows.getString(2), row -> removals.add(removal(appId, row)));
            }
        }
        return removals;
    }

    /** Reads how long applications have been idle, by their ids. */
    public Map<String, Duration> readIdleTimes(Connection connection) throws SQLException {
        Map<String, Duration> idleTimes = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT app_id, quiet_ms FROM quiet_times")) {
            while (rows.next()) {
                idleTimes.put(rows.getString(1), Duration.ofMillis(Math.max(0, rows.getLong(2))));
            }
        }
        return idleTimes;
    }

    /** Reads the ids of the applications that an operator keeps. */
    public Set<String> readKept(Connection connection) throws SQLException {
        Set<String> kept = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT app_id FROM applications WHERE kept")) {
            while (rows.next()) {
                kept.add(rows.getString(1));
            }
        }
        return kept;
    }

    /** Reads the addresses of living drivers, as in {@link StoredApplication}, by the ids of their applications. */
    public Map<String, String> readDriverAddresses(Connection connection) throws SQLException {
        Map<String, String> addresses = new HashMap<>();
        String sql = "SELECT app_id, driver_address FROM applications WHERE driver_address IS NOT NULL";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(withoutMissingColumns(connection, sql))) {
            while (rows.next()) {
                addresses.put(rows.getString(1), rows.getString(2));
            }
        }
        return addresses;
    }

    /**
     * Reads which applications had drivers that all register again after a loss: the longest of their heartbeat timeouts, by
     * the ids of their applications.
     */
    public Map<String, Duration> readReregisteringDrivers(Connection connection) throws SQLException {
        Map<String, Duration> timeouts = new HashMap<>();
        String sql = "SELECT app_id, heartbeat_timeout_ms FROM applications"
                + " WHERE driver_reregisters = 1 AND driver_address IS NOT NULL";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(withoutMissingColumns(connection, sql))) {
            while (rows.next()) {
                long timeoutMs = rows.getLong(2);
                if (timeoutMs > 0) {
                    timeouts.put(rows.getString(1), Duration.ofMillis(timeoutMs));
                }
            }
        }
        return timeouts;
    }

    /** A file that cannot be written cannot be upgraded either. */
    private static String withoutMissingColumns(Connection connection, String query) throws SQLException {
        String known = Schema.hasReregisteringDrivers(connection) ? query : query.replace("driver_reregisters", "0");
        return Schema.hasDriverAddresses(connection) ? known : known.replace("driver_address", "NULL");
    }

    private StoredRemoval removal(String appId, String[] row) {
        String owner = appId.equals(StoredRemoval.ORPHAN) ? null : appId;
        return new StoredRemoval(dir(row), owner, row[2].isEmpty() ? null : Long.valueOf(row[2]));
    }

    private StoredApplication application(String appId, String[] row) {
        Long timeoutMs = null;
        try {
            timeoutMs = row[0].isEmpty() ? null : Long.valueOf(row[0]);
        } catch (NumberFormatException e) {
            invalid(appId);
        }
        return new StoredApplication(appId, timeoutMs, row[1].isEmpty() ? null : row[1], row[2].equals("1"));
    }

    private void invalid(String appId) {
        invalidRows++;
        partlyUnread.add(appId);
    }

    private StoredLocalDir localDir(String appId, String[] row, Map<String, LocalDir> dirs) {
        LocalDir dir = dir(row);
        StoredLocalDir stored = new StoredLocalDir(dir, appId, Long.parseLong(row[2]));
        dirs.put(row[0], dir);
        return stored;
    }

    private void forEach(String appId, String rows, Consumer<String[]> action) {
        if (rows.isEmpty()) {
            return;
        }
        // Not split twice, which would copy a large registry a second time.
        for (int start = 0, end; start <= rows.length(); start = end + 1) {
            end = endOf(rows, ROW_END, start, rows.length());
            try {
                action.accept(columns(rows, start, end));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                invalid(appId);
            }
        }
    }

    private static String[] columns(String rows, int rowStart, int rowEnd) {
        List<String> columns = new ArrayList<>(MAX_COLUMNS);
        for (int start = rowStart, end; start <= rowEnd; start = end + 1) {
            end = endOf(rows, COLUMN_END, start, rowEnd);
            columns.add(rows.substring(start, end));
        }
        return columns.toArray(String[]::new);
    }

    private static int endOf(String text, char separator, int start, int limit) {
        int end = text.indexOf(separator, start);
        return end < 0 || end > limit ? limit : end;
    }

    private LocalDir dir(String[] row) {
        return new LocalDir(roots.computeIfAbsent(row[1], ExactPaths::of), ExactPaths.of(row[0]));
    }

    private RegisteredExecutor executor(String appId, String[] row, Map<String, LocalDir> places) {
        String[] spelled = row[1].split("\n", -1);
        String[] real = row[2].isEmpty() ? spelled : row[2].split("\n", -1);
        LocalDir[] dirs = new LocalDir[real.length];
        for (int i = 0; i < dirs.length; i++) {
            LocalDir dir = places.get(real[i]);
            if (dir == null) {
                throw new IllegalArgumentException("dir: " + real[i] + " (expected: a local dir)");
            }
            dirs[i] = dir;
            // The text that the path keeps: it is long, and the same for most executors that have the directory.
            real[i] = dir.path().toString();
        }
        return new RegisteredExecutor(
                new AppExecId(appId, row[0]),
                new ExecutorShuffleInfo(List.of(spelled), Integer.parseInt(row[3]), shared(row[4])),
                List.of(dirs));
    }

    private String shared(String text) {
        String known = texts.putIfAbsent(text, text);
        return known == null ? text : known;
    }
}
