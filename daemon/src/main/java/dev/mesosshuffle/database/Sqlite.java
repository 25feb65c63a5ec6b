package dev.mesosshuffle.database;

import dev.mesosshuffle.concurrent.CallTimeoutException;
import dev.mesosshuffle.concurrent.Ticker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteOpenMode;

/** Opens connections and classifies SQLite's errors. */
public final class Sqlite {
    /** How long an operator's write to the same file may block us. */
    private static final int BUSY_TIMEOUT_MS = 3_000;

    /** How long to wait for peers' registries; ours waits meanwhile. */
    private static final int SHORT_BUSY_TIMEOUT_MS = 200;

    /** The longest text that is stored, the directories of an executor, is far below that. */
    private static final int MAX_VALUE_BYTES = 1 << 20;

    /** Steps of SQLite's virtual machine, a millisecond or less. */
    private static final int STEPS_BETWEEN_CHECKS = 10_000;

    /** The low byte of an extended code is the plain one. */
    private static final int PLAIN_CODE = 0xff;

    private static final Set<SQLiteErrorCode> CORRUPTION =
            EnumSet.of(SQLiteErrorCode.SQLITE_CORRUPT, SQLiteErrorCode.SQLITE_NOTADB);

    /** An exhausted quota is reported as an I/O error, as is a disk without space for the {@code -shm} file. */
    private static final Set<SQLiteErrorCode> OUT_OF_SPACE =
            EnumSet.of(SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_IOERR);

    private static final Set<SQLiteErrorCode> WRITE_FAILURE = EnumSet.of(
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_READONLY,
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_CANTOPEN);
    private static final Set<SQLiteErrorCode> BUSY = EnumSet.of(SQLiteErrorCode.SQLITE_BUSY);
    private static final Set<SQLiteErrorCode> PERMISSION_FAILURE =
            EnumSet.of(SQLiteErrorCode.SQLITE_READONLY, SQLiteErrorCode.SQLITE_CANTOPEN, SQLiteErrorCode.SQLITE_PERM);
    private static final Set<SQLiteErrorCode> STATEMENT_ERROR = EnumSet.of(
            SQLiteErrorCode.SQLITE_CONSTRAINT,
            SQLiteErrorCode.SQLITE_ERROR,
            SQLiteErrorCode.SQLITE_MISMATCH,
            SQLiteErrorCode.SQLITE_MISUSE,
            SQLiteErrorCode.SQLITE_RANGE,
            SQLiteErrorCode.SQLITE_TOOBIG);

    private Sqlite() {}

    /**
     * Loads the native library.
     *
     * @throws StoreException if it cannot be loaded, with what to do
     */
    public static void loadLibrary() throws StoreException {
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception | LinkageError e) {
            throw new StoreException(
                    "cannot load the SQLite library: " + e.getMessage()
                            + "; set -Dorg.sqlite.tmpdir to a directory from which libraries may be loaded",
                    e);
        }
    }

    /** Opens a file as it is; nothing of it is read yet. */
    public static Connection connect(Path database) throws SQLException {
        return usual().createConnection("jdbc:sqlite:" + database);
    }

    private static SQLiteConfig usual() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        // Otherwise the driver prepares and runs one more query after each insert.
        config.setGetGeneratedKeys(false);
        return config;
    }

    /** Opens a file that must exist, with a short wait for its lock. */
    public static Connection connectToExisting(Path database) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(SHORT_BUSY_TIMEOUT_MS);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        return config.createConnection("jdbc:sqlite:" + database);
    }

    /**
     * Opens a file that must exist, for reading only, and makes SQLite open its companions. The last connection that closes
     * a database deletes its {@code -wal} and {@code -shm}, unless it is read-only.
     */
    public static Connection connectReadOnly(Path database) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(SHORT_BUSY_TIMEOUT_MS);
        config.setReadOnly(true);
        Connection connection = config.createConnection("jdbc:sqlite:" + database);
        try {
            execute(connection, "SELECT 1 FROM sqlite_master");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Limits what a file that others write can cause: no function that it names runs unless it is harmless, damaged pages
     * are detected before they are used, no text or row above 1 MiB is read, and all work ends after a time.
     *
     * @param connection to that file
     * @param limit the time from now on
     */
    public static void distrust(Connection connection, Duration limit, Ticker ticker) throws SQLException {
        execute(connection, "PRAGMA trusted_schema = OFF");
        execute(connection, "PRAGMA cell_size_check = ON");
        connection.unwrap(SQLiteConnection.class).setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
        long end = ticker.read() + limit.toNanos();
        ProgressHandler.setHandler(connection, STEPS_BETWEEN_CHECKS, new ProgressHandler() {
            @Override
            protected int progress() {
                return ticker.read() - end > 0 ? 1 : 0;
            }
        });
    }

    /** Opens a file by a URI of SQLite, for reading only. */
    static Connection connectByUri(String uri) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.setOpenMode(SQLiteOpenMode.OPEN_URI);
        config.setReadOnly(true);
        return config.createConnection("jdbc:sqlite:" + uri);
    }

    /** Opens no file; files that must exist can be attached. */
    public static Connection connectToNone() throws SQLException {
        Connection connection = connectToExisting(Path.of(":memory:"));
        try {
            // Each service checkpoints its own registry.
            execute(connection, "PRAGMA wal_autocheckpoint = 0");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Executes one command. */
    public static void execute(Connection connection, String command) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    /** Opens a file that was checked, and must exist, and configures the connection. */
    public static Connection connectConfigured(Path database) throws SQLException {
        SQLiteConfig config = usual();
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        Connection connection = config.createConnection("jdbc:sqlite:" + database);
        try {
            configure(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** Sets how a connection commits and checkpoints. */
    public static void configure(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // What is committed survives the end of this process. Only a crash of the host can lose the newest commits,
            // and never the file's integrity; in return no commit waits for the disk.
            statement.execute("PRAGMA synchronous = NORMAL");
            // Only the Checkpointer checkpoints; the limit makes the log's size show how much of it is in use.
            statement.execute("PRAGMA wal_autocheckpoint = 0");
            statement.execute("PRAGMA journal_size_limit = 0");
        }
    }

    /** Whether the file is corrupt. */
    public static boolean isCorruption(SQLException e) {
        return isOneOf(e, CORRUPTION);
    }

    /** Whether the statement would fail again while others succeed. */
    public static boolean isStatementError(SQLException e) {
        return isOneOf(e, STATEMENT_ERROR);
    }

    /** Whether the disk may be full. */
    public static boolean isOutOfSpace(Throwable e) {
        return isOneOf(e, OUT_OF_SPACE);
    }

    /** Whether the file cannot be written at present, for whatever reason. */
    public static boolean isWriteFailure(Throwable e) {
        return e instanceof CallTimeoutException || isOneOf(e, WRITE_FAILURE);
    }

    /** Whether the file cannot be written at present, and not only because another process writes to it. */
    public static boolean isDiskFailure(Throwable e) {
        return isWriteFailure(e) && !isBusy(e);
    }

    /** Whether a permission may be missing. */
    public static boolean isPermissionFailure(@Nullable Throwable e) {
        return e != null && isOneOf(e, PERMISSION_FAILURE);
    }

    /** Whether another connection holds the lock. */
    public static boolean isBusy(Throwable e) {
        return isOneOf(e, BUSY);
    }

    private static boolean isOneOf(Throwable e, Set<SQLiteErrorCode> codes) {
        return e instanceof SQLiteException s
                && codes.stream().anyMatch(code -> code.code == (s.getResultCode().code & PLAIN_CODE));
    }
}
