package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.Schema;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.host.PathTrust;
import dev.mesosshuffle.host.UnsafePathException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Opens registries that other processes write. Only those that nobody but this user and root could have written or replaced
 * are opened, with tables that a service creates and nothing else, and each connection works for a limited time and reads
 * texts of limited length: what is in such a file by an error or an upgrade costs no more than that.
 *
 * <p>Works on the disk.
 */
final class PeerConnections {
    /** A query takes milliseconds; one that searches a large registry, a second. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private PeerConnections() {}

    /**
     * Checks who could have written a registry, or what lies beside it, before it is opened.
     *
     * @param database its real path
     * @throws IOException if another user could, or that cannot be determined
     */
    static void checkTrust(Path database) throws IOException {
        PathTrust trust = PathTrust.ofThisProcess();
        trust.checkDirectory(database.resolveSibling(""));
        if (Files.isSymbolicLink(database)) {
            // One of this user or of root, since nobody else may write there: what it means is unknown.
            throw new IOException(database + " is a link that leads nowhere");
        }
        for (Path file : StoreFiles.withCompanions(database)) {
            trust.checkFile(file);
        }
    }

    /**
     * Checks whether what a registry says counts for nothing, because another user owns it, or any user could have written
     * or replaced it. What lies beside it is not judged: it must not hide what this user's own registry says.
     *
     * @param database its real path
     * @throws IOException if that cannot be determined
     */
    static boolean isForeign(Path database) throws IOException {
        return isForeignDir(database.resolveSibling(""))
                || PathTrust.ofThisProcess().isForeign(database);
    }

    /**
     * The same for a directory, whatever lies there.
     *
     * @throws IOException if that cannot be determined
     */
    static boolean isForeignDir(Path dir) throws IOException {
        try {
            PathTrust.ofThisProcess().checkDirectory(dir);
            return false;
        } catch (UnsafePathException e) {
            return e.isForeign();
        }
    }

    /** Opens a registry of any version to read it: each has the two tables. */
    static Connection openToRead(Path database) throws SQLException {
        return checked(Sqlite.connectReadOnly(trusted(database)));
    }

    /** Opens a registry of any version to hold its lock. */
    static Connection openToLock(Path database) throws SQLException {
        Connection connection = Sqlite.connectToExisting(trusted(database));
        try {
            // As its own service does: no commit waits for the disk.
            Sqlite.execute(connection, "PRAGMA synchronous = NORMAL");
            Sqlite.execute(connection, "PRAGMA wal_autocheckpoint = 0");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return checked(connection);
    }

    private static Path trusted(Path database) throws SQLException {
        try {
            checkTrust(database);
            return database;
        } catch (IOException e) {
            throw new SQLException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Connection checked(Connection connection) throws SQLException {
        try {
            limit(connection);
            Schema.checkObjects(connection, "main");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Limits what a connection does from now on. */
    static void limit(Connection connection) throws SQLException {
        Sqlite.distrust(connection, LIMIT, System::nanoTime);
    }
}
