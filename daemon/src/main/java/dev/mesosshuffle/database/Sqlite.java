package dev.mesosshuffle.database;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.SQLiteOpenMode;

/** Opens connections and tells SQLite's errors apart. */
public final class Sqlite {
    /** How long an operator's write in the same file may hold us up. */
    private static final int BUSY_TIMEOUT_MS = 3_000;

    /** How long others' registries are waited for; ours waits meanwhile. */
    private static final int SHORT_BUSY_TIMEOUT_MS = 200;

    /** The low byte of an extended code is the plain one. */
    private static final int PLAIN_CODE = 0xff;

    private static final Set<SQLiteErrorCode> DAMAGED =
            EnumSet.of(SQLiteErrorCode.SQLITE_CORRUPT, SQLiteErrorCode.SQLITE_NOTADB);

    /** A quota that is used up is told as an I/O error, as is a disk that has no room for the {@code -shm} file. */
    private static final Set<SQLiteErrorCode> WANT_OF_SPACE =
            EnumSet.of(SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_IOERR);

    private static final Set<SQLiteErrorCode> FAULT_OF_THE_FILE = EnumSet.of(
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_READONLY,
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_CANTOPEN);
    private static final Set<SQLiteErrorCode> BUSY = EnumSet.of(SQLiteErrorCode.SQLITE_BUSY);
    private static final Set<SQLiteErrorCode> REFUSALS =
            EnumSet.of(SQLiteErrorCode.SQLITE_READONLY, SQLiteErrorCode.SQLITE_CANTOPEN, SQLiteErrorCode.SQLITE_PERM);
    private static final Set<SQLiteErrorCode> FAULT_OF_THE_STATEMENT = EnumSet.of(
            SQLiteErrorCode.SQLITE_CONSTRAINT,
            SQLiteErrorCode.SQLITE_ERROR,
            SQLiteErrorCode.SQLITE_MISMATCH,
            SQLiteErrorCode.SQLITE_MISUSE,
            SQLiteErrorCode.SQLITE_RANGE,
            SQLiteErrorCode.SQLITE_TOOBIG);

    private Sqlite() {}

    public static void loadLibrary() throws StoreException {
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception | LinkageError e) {
            throw new StoreException(
                    "cannot load the SQLite library: " + e.getMessage()
                            + "; set -Dorg.sqlite.tmpdir to a dir from which libraries may be loaded",
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
        // Else the driver prepares and runs one more query after each insert.
        config.setGetGeneratedKeys(false);
        return config;
    }

    /** Opens a file that must be there. */
    public static Connection connectToExisting(Path database) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(SHORT_BUSY_TIMEOUT_MS);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        return config.createConnection("jdbc:sqlite:" + database);
    }

    /**
     * Opens a file that must be there, for reading alone, and has SQLite open what lies beside it. Whoever closes a
     * database last deletes its {@code -wal} and {@code -shm}, but for one who may not write it.
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

    /** Opens a file as its URI says, in the way of SQLite. */
    static Connection connectByUri(String uri) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.setOpenMode(SQLiteOpenMode.OPEN_URI);
        config.setReadOnly(true);
        return config.createConnection("jdbc:sqlite:" + uri);
    }

    /** Opens no file; some that must be there are to be attached. */
    public static Connection connectToNone() throws SQLException {
        Connection connection = connectToExisting(Path.of(":memory:"));
        try {
            // Checkpoints are the service's own.
            execute(connection, "PRAGMA wal_autocheckpoint = 0");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    public static void execute(Connection connection, String command) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    /** Opens a file that was checked, and must be there. */
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

    public static void configure(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // What is committed survives the end of this process. Only a crash of the host can lose the newest commits,
            // and never the file's integrity; in return no commit waits for the disk.
            statement.execute("PRAGMA synchronous = NORMAL");
            // Checkpoints are the Checkpointer's; the limit makes the log's size tell how much of it is in use.
            statement.execute("PRAGMA wal_autocheckpoint = 0");
            statement.execute("PRAGMA journal_size_limit = 0");
        }
    }

    public static boolean isDamage(SQLException e) {
        return isOneOf(e, DAMAGED);
    }

    /** Whether the statement would fail again while others succeed. */
    public static boolean isFaultOfTheStatement(SQLException e) {
        return isOneOf(e, FAULT_OF_THE_STATEMENT);
    }

    /** Whether it may be a lack of space. */
    public static boolean isWantOfSpace(Throwable e) {
        return isOneOf(e, WANT_OF_SPACE);
    }

    /** Whether nothing can be written for now, whatever it is. */
    public static boolean isFaultOfTheFile(Throwable e) {
        return e instanceof BoundedCalls.NoAnswerException || isOneOf(e, FAULT_OF_THE_FILE);
    }

    /** Whether nothing can be written for now, though nobody else writes, who would be done in a moment. */
    public static boolean isFaultOfTheDisk(Throwable e) {
        return isFaultOfTheFile(e) && !isBusy(e);
    }

    /** Whether it may be a lack of permission. */
    public static boolean isRefusal(@Nullable Throwable e) {
        return e != null && isOneOf(e, REFUSALS);
    }

    public static boolean isBusy(Throwable e) {
        return isOneOf(e, BUSY);
    }

    private static boolean isOneOf(Throwable e, Set<SQLiteErrorCode> codes) {
        return e instanceof SQLiteException s
                && codes.stream().anyMatch(code -> code.code == (s.getResultCode().code & PLAIN_CODE));
    }
}
