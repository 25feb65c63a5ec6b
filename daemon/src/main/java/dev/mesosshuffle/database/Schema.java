package dev.mesosshuffle.database;

import dev.mesosshuffle.logging.Sanitizer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.regex.Pattern;

/** The tables, drawn at {@code StateStore}, their upgrades, and the checks that a file has these tables and is valid. */
public final class Schema {
    public static final int VERSION = 6;

    /** The first version that stores the inode of the root of a directory to be deleted. */
    public static final int WITH_ROOT_INODE = 2;

    /** The first version that can be read without an upgrade. */
    private static final int READABLE = 4;

    private static final int WITH_DRIVER_ADDRESS = 5;
    private static final int WITH_DRIVER_REREGISTERS = 6;

    /** Identifies this service's files, also to {@code file(1)}: "MSHS". */
    public static final int APPLICATION_ID = 0x4d534853;

    // SQLite stores these texts, comments included, and ".schema" shows them. No STRICT tables, since the sqlite3 of an
    // older host could not read them.
    private static final String TABLES = """
            CREATE TABLE applications (
              app_id TEXT NOT NULL PRIMARY KEY,
              heartbeat_timeout_ms INTEGER, -- NULL: no driver registered here
              kept INTEGER NOT NULL DEFAULT 0, -- 1: an operator exempts it from expiry
              driver_address TEXT, -- of all living drivers, without port, separated by spaces,
                -- with 'others' if there were more than are tracked; NULL: unknown
              driver_reregisters INTEGER NOT NULL DEFAULT 0 -- 1: from each of these addresses a driver registers
                -- again after a loss of its connection
            ) WITHOUT ROWID;
            CREATE TABLE executors (
              app_id TEXT NOT NULL,
              exec_id TEXT NOT NULL,
              local_dirs TEXT NOT NULL, -- as the executor spells them, one per line
              real_dirs TEXT NOT NULL, -- their real paths, line by line; empty if the same
              sub_dirs_per_local_dir INTEGER NOT NULL,
              shuffle_manager TEXT NOT NULL,
              PRIMARY KEY (app_id, exec_id)
            ) WITHOUT ROWID;
            CREATE TABLE local_dirs (
              app_id TEXT NOT NULL, -- the owner, until that application expires
              path TEXT NOT NULL UNIQUE, -- real path
              root TEXT NOT NULL, -- the allowed root it lies under
              root_inode INTEGER NOT NULL, -- at registration; if it differs now, it is another disk
              PRIMARY KEY (app_id, path)
            ) WITHOUT ROWID;
            CREATE TABLE removals (
              path TEXT NOT NULL PRIMARY KEY, -- a local dir to be deleted
              app_id TEXT NOT NULL, -- '': an orphan, which no registry names
              root TEXT NOT NULL,
              root_inode INTEGER -- as in local_dirs; NULL: unknown, written by schema version 1
            ) WITHOUT ROWID;
            """;

    /** Since version 3. */
    private static final String QUIET_TIMES = """
            CREATE TABLE quiet_times (
              app_id TEXT NOT NULL PRIMARY KEY,
              quiet_ms INTEGER NOT NULL -- time since its last liveness signal while a daemon ran
            ) WITHOUT ROWID;
            """;

    private static final Set<String> TABLE_NAMES =
            Set.of("applications", "executors", "local_dirs", "removals", "quiet_times");

    private static final Pattern COMMENT = Pattern.compile("--[^\n]*(\n|$)");
    private static final Pattern PLAIN_TABLE =
            Pattern.compile("CREATE TABLE \"?\\w+\"?\\s*\\([\\w\\s,()]*\\)\\s*WITHOUT ROWID\\s*");
    private static final Pattern EXPRESSION =
            Pattern.compile("\\b(as|check|generated|references|collate)\\b", Pattern.CASE_INSENSITIVE);

    private Schema() {}

    /**
     * Checks the file, and creates the tables in an empty one.
     *
     * @throws CorruptStoreException if the file is corrupt
     * @throws StoreException if it is valid, but this version cannot use it
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
            useWriteAheadLog(statement);
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
     * @throws StoreException if this version cannot read it without an upgrade
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

    /**
     * Checks that a file has only tables that some version of this service creates. A view, a trigger, a virtual table or a
     * computed column in their place could make a query endless.
     *
     * @param schema the name of the file in that connection
     * @throws SQLException if it has anything else
     */
    public static void checkObjects(Connection connection, String schema) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT type, name, coalesce(sql, '') FROM " + schema + ".sqlite_master LIMIT 100")) {
            while (rows.next()) {
                String type = rows.getString(1);
                String name = rows.getString(2);
                String definition = rows.getString(3);
                boolean isOurs = type.equals("table") && TABLE_NAMES.contains(name) && isPlainTable(definition);
                boolean isItsIndex = type.equals("index") && definition.isEmpty();
                if (!isOurs && !isItsIndex) {
                    throw new SQLException("it has " + (type.equals("table") ? "another table " : "a " + type + " ")
                            + Sanitizer.printable(name) + " (expected: the tables of a mesos-shuffle-service only)");
                }
            }
        }
    }

    /** A definition of columns of plain types, without an expression. */
    private static boolean isPlainTable(String definition) {
        String text = COMMENT.matcher(definition).replaceAll(" ");
        return PLAIN_TABLE.matcher(text).matches() && !EXPRESSION.matcher(text).find();
    }

    /** Whether a file has the addresses of drivers, as all have since version 5. */
    static boolean hasDriverAddresses(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return number(statement, "PRAGMA user_version") >= WITH_DRIVER_ADDRESS;
        }
    }

    /** Whether a file says which drivers register again after a loss, as all do since version 6. */
    static boolean hasReregisteringDrivers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return number(statement, "PRAGMA user_version") >= WITH_DRIVER_REREGISTERS;
        }
    }

    /** A change of the mode leaves a transaction open, which prevents checkpoints until the next one ends. */
    private static void useWriteAheadLog(Statement statement) throws SQLException {
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("BEGIN IMMEDIATE");
        statement.execute("COMMIT");
    }

    private static StoreException unusable(long version, long applicationId) {
        return applicationId == APPLICATION_ID
                ? new StoreException("it has schema version " + version + " (expected: at most " + VERSION
                        + "): a newer mesos-shuffle-service wrote it; run that one, or move the file away")
                : new StoreException("it has application id " + applicationId + " (expected: " + APPLICATION_ID
                        + "): another program wrote it; move the file away, or use another state directory");
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
        if (version < WITH_DRIVER_ADDRESS) {
            statement.execute("ALTER TABLE applications ADD COLUMN driver_address TEXT");
        }
        statement.execute("ALTER TABLE applications ADD COLUMN driver_reregisters INTEGER NOT NULL DEFAULT 0");
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
