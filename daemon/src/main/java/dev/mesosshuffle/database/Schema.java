package dev.mesosshuffle.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The tables as they are drawn at {@code StateStore}, and the checks that a file has exactly these and is sound. */
public final class Schema {
    public static final int VERSION = 5;

    /** The first version that knows which root a dir to be deleted lies under, but for its path. */
    public static final int WITH_ROOT_INODE = 2;

    /** The first version that has all that is read. */
    private static final int READABLE = 4;

    private static final int WITH_DRIVER_ADDRESS = 5;

    /** Says whose file it is, also to {@code file(1)}: "MSHS". */
    public static final int APPLICATION_ID = 0x4d534853;

    // SQLite keeps these texts, comments included, and shows them to whoever asks for ".schema". No STRICT tables,
    // since
    // the sqlite3 of an older host could not read them.
    private static final String TABLES = """
            CREATE TABLE applications (
              app_id TEXT NOT NULL PRIMARY KEY,
              heartbeat_timeout_ms INTEGER, -- NULL: no driver registered here
              kept INTEGER NOT NULL DEFAULT 0, -- 1: an operator wants it to stay, whatever speaks for its end
              driver_address TEXT -- of the driver in charge, without port; NULL: unknown
            ) WITHOUT ROWID;
            CREATE TABLE executors (
              app_id TEXT NOT NULL,
              exec_id TEXT NOT NULL,
              local_dirs TEXT NOT NULL, -- as the executor spells them, one a line
              real_dirs TEXT NOT NULL, -- where they really are, line by line; empty if just there
              sub_dirs_per_local_dir INTEGER NOT NULL,
              shuffle_manager TEXT NOT NULL,
              PRIMARY KEY (app_id, exec_id)
            ) WITHOUT ROWID;
            CREATE TABLE local_dirs (
              app_id TEXT NOT NULL, -- the owner, until that application is over
              path TEXT NOT NULL UNIQUE, -- real path
              root TEXT NOT NULL, -- the allowed root it lies under
              root_inode INTEGER NOT NULL, -- at registration; if it is another one now, the disk is another
              PRIMARY KEY (app_id, path)
            ) WITHOUT ROWID;
            CREATE TABLE removals (
              path TEXT NOT NULL PRIMARY KEY, -- a local dir that is to be deleted
              app_id TEXT NOT NULL, -- '': an orphan, which no registry named
              root TEXT NOT NULL,
              root_inode INTEGER -- as in local_dirs; NULL: unknown, stored by a version that did not keep it
            ) WITHOUT ROWID;
            """;

    /** Since version 3. */
    private static final String QUIET_TIMES = """
            CREATE TABLE quiet_times (
              app_id TEXT NOT NULL PRIMARY KEY,
              quiet_ms INTEGER NOT NULL -- for how long there was no sign of life of it, while a daemon listened
            ) WITHOUT ROWID;
            """;

    private Schema() {}

    /**
     * Checks the file, and creates the tables in an empty one.
     *
     * @throws CorruptStoreException if the file is unsound
     * @throws StoreException if it is sound but not one that this version can use
     */
    public static void prepare(Connection connection) throws SQLException, CorruptStoreException, StoreException {
        try (Statement statement = connection.createStatement()) {
            long version = number(statement, "PRAGMA user_version");
            long applicationId = number(statement, "PRAGMA application_id");
            boolean empty = number(statement, "SELECT count(*) FROM sqlite_master") == 0;
            if (applicationId == APPLICATION_ID ? version > VERSION : !empty) {
                throw unusable(version, applicationId);
            }
            String check = text(statement, "PRAGMA quick_check(1)");
            if (!"ok".equals(check)) {
                throw new CorruptStoreException(check);
            }
            useLog(statement);
            if (empty) {
                create(statement);
            } else if (version < VERSION) {
                upgrade(statement, version);
            }
        }
    }

    /**
     * Checks a file that is only read.
     *
     * @throws StoreException if it is not one that this version can read as it is
     */
    static void checkVersion(Connection connection) throws SQLException, StoreException {
        try (Statement statement = connection.createStatement()) {
            long version = number(statement, "PRAGMA user_version");
            long applicationId = number(statement, "PRAGMA application_id");
            if (applicationId != APPLICATION_ID || version > VERSION) {
                throw unusable(version, applicationId);
            }
            if (version < READABLE) {
                throw new StoreException("it has schema version " + version + " (expected: at least " + READABLE
                        + "), and cannot be written to be upgraded");
            }
        }
    }

    /** Whether a file says where drivers were, as all do since version 5. */
    static boolean knowsDriverAddresses(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return number(statement, "PRAGMA user_version") >= WITH_DRIVER_ADDRESS;
        }
    }

    /** A change of the mode leaves a transaction open, in which no checkpoint can be done, until the next one ends. */
    private static void useLog(Statement statement) throws SQLException {
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("BEGIN IMMEDIATE");
        statement.execute("COMMIT");
    }

    private static StoreException unusable(long version, long applicationId) {
        return applicationId == APPLICATION_ID
                ? new StoreException("it has schema version " + version + " (expected: at most " + VERSION
                        + "): a newer mesos-shuffle-service wrote it; run that one, or move the file away")
                : new StoreException("it has application id " + applicationId + " (expected: " + APPLICATION_ID
                        + "): another program wrote it; move the file away, or use another state dir");
    }

    private static void create(Statement statement) throws SQLException {
        statement.execute("BEGIN IMMEDIATE");
        // Unlike execute, runs all of them.
        statement.executeUpdate(TABLES + QUIET_TIMES);
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
        statement.execute("PRAGMA user_version = " + VERSION);
        statement.execute("COMMIT");
    }

    private static void upgrade(Statement statement, long version) throws SQLException {
        statement.execute("BEGIN IMMEDIATE");
        if (version < WITH_ROOT_INODE) {
            statement.execute("ALTER TABLE removals ADD COLUMN root_inode INTEGER");
        }
        if (version < 3) {
            statement.execute(QUIET_TIMES);
        }
        if (version < 4) {
            statement.execute("ALTER TABLE applications ADD COLUMN kept INTEGER NOT NULL DEFAULT 0");
        }
        statement.execute("ALTER TABLE applications ADD COLUMN driver_address TEXT");
        statement.execute("PRAGMA user_version = " + VERSION);
        statement.execute("COMMIT");
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : "no answer";
        }
    }
}
