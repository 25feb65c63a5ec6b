package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.Schema;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoredRemoval;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * One registry as another process accesses it. Its service may run, and may be of another version: only columns that every
 * version has are used.
 *
 * <p><b>Concurrency:</b> as its connection.
 */
final class PeerRegistry {
    /** Far more than the executors of a host have; their paths take some 40 MB. */
    private static final int MAX_PATHS = 100_000;

    private static final long MAX_LENGTH = 10_000_000;

    private final Connection connection;
    private final String schema;
    private long version;

    /**
     * Creates an instance.
     *
     * @param connection a connection to the registry
     * @param schema the name of the registry in that connection
     */
    PeerRegistry(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** Attaches files to a connection. */
    static List<PeerRegistry> attach(Connection connection, Collection<Path> files) throws SQLException {
        List<PeerRegistry> registries = new ArrayList<>();
        for (Path file : files) {
            String schema = "r" + registries.size();
            try (PreparedStatement attach = connection.prepareStatement("ATTACH ? AS " + schema)) {
                attach.setString(1, file.toString());
                attach.executeUpdate();
            }
            // As its own service does: a commit need not wait for the disk.
            Sqlite.execute(connection, "PRAGMA " + schema + ".synchronous = NORMAL");
            registries.add(new PeerRegistry(connection, schema));
        }
        return registries;
    }

    /**
     * Checks that this version can read it.
     *
     * @throws SQLException if it is another program's, or of a newer version, which may name directories elsewhere
     */
    void check() throws SQLException {
        Schema.checkObjects(connection, schema);
        long applicationId = number("PRAGMA " + schema + ".application_id");
        version = number("PRAGMA " + schema + ".user_version");
        if (applicationId != Schema.APPLICATION_ID || version < 1 || version > Schema.VERSION) {
            throw new SQLException("application id " + applicationId + " and schema version " + version + " (expected: "
                    + Schema.APPLICATION_ID + " and 1 to " + Schema.VERSION + ")");
        }
    }

    /**
     * Reads the paths of another service's table, which may hold anything.
     *
     * @throws SQLException if there are more than any service has
     */
    List<String> readPaths(String table) throws SQLException {
        return readPaths(table, MAX_PATHS, MAX_LENGTH);
    }

    /** Reads the paths of this service's own table, whose size it limits itself. */
    List<String> readOwnPaths(String table) throws SQLException {
        return readPaths(table, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    private List<String> readPaths(String table, int maxPaths, long maxLength) throws SQLException {
        List<String> paths = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT path FROM " + schema + "." + table);
                ResultSet rows = query.executeQuery()) {
            long length = 0;
            while (rows.next()) {
                String path = rows.getString(1);
                if (path == null) {
                    throw new SQLException(table + " has a row without a path");
                }
                length += path.length();
                if (paths.size() == maxPaths || length > maxLength) {
                    throw new SQLException(table + " has more than " + paths.size() + " paths or " + length
                            + " characters (expected: at most " + maxPaths + " and " + maxLength + ")");
                }
                paths.add(path);
            }
        }
        return paths;
    }

    /** Reads the roots of owned directories, and the inodes that these had when the directories were registered. */
    void readRoots(BiConsumer<String, Long> root) throws SQLException {
        String sql = "SELECT DISTINCT root, root_inode FROM " + schema + ".local_dirs";
        try (PreparedStatement query = connection.prepareStatement(sql);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                root.accept(rows.getString(1), rows.getLong(2));
            }
        }
    }

    /**
     * Checks whether a table names a directory, one above it, or something inside it; also if its path is another one, as in
     * another container: its name is unique.
     */
    boolean names(String table, Path dir) throws SQLException {
        String sql = "SELECT 1 FROM " + schema + "." + table + " WHERE instr(path || '/', '/' || ?1 || '/') > 0"
                + " OR ?2 = path OR substr(?2, 1, length(path) + 1) = path || '/' LIMIT 1";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, String.valueOf(dir.getFileName()));
            query.setString(2, dir.toString());
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    void putOrphan(StoredRemoval orphan) throws SQLException {
        boolean keepsInode = version >= Schema.WITH_ROOT_INODE;
        String sql = "INSERT INTO " + schema + ".removals "
                + (keepsInode
                        ? "(path, app_id, root, root_inode) VALUES (?, ?, ?, ?)"
                        : "(path, app_id, root) VALUES (?, ?, ?)");
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, orphan.dir().path().toString());
            insert.setString(2, StoredRemoval.ORPHAN);
            insert.setString(3, orphan.dir().root().toString());
            if (keepsInode) {
                insert.setObject(4, orphan.rootInode());
            }
            insert.executeUpdate();
        }
    }

    void deleteOrphan(Path dir) throws SQLException {
        String sql = "DELETE FROM " + schema + ".removals WHERE path = ? AND app_id = ?";
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setString(1, dir.toString());
            delete.setString(2, StoredRemoval.ORPHAN);
            delete.executeUpdate();
        }
    }

    private long number(String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
