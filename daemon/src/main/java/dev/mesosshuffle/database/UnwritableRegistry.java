package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Reads a registry from a file that cannot be written. What is only in its write-ahead log counts: SQLite reads both if it can
 * open the companion files; otherwise a file without a log is read as immutable; otherwise both are copied to a temporary
 * directory and opened there. Works on the disk.
 */
public final class UnwritableRegistry {
    private UnwritableRegistry() {}

    /**
     * What is read.
     *
     * @param <T> the result
     */
    public interface Reading<T> {
        /** Reads from a connection. */
        T read(StateReader reader, Connection connection) throws SQLException;
    }

    /**
     * Reads a registry, once, whatever way to open it works.
     *
     * @return what was read
     * @throws StoreException if it cannot be read, or this version cannot use it
     */
    public static <T> T read(StoreFiles files, StateReader reader, Reading<T> reading) throws StoreException {
        try {
            Connection connection;
            try {
                connection = open("file:" + files.database() + "?mode=ro");
            } catch (SQLException e) {
                // Without its companions, which cannot be created there.
                return readWithoutCompanions(files, reader, reading, e);
            }
            return readAndClose(connection, reader, reading);
        } catch (SQLException | IOException e) {
            throw new StoreException("cannot read the registry " + files.database() + ": " + e.getMessage(), e);
        }
    }

    private static <T> T readWithoutCompanions(
            StoreFiles files, StateReader reader, Reading<T> reading, SQLException before)
            throws SQLException, IOException, StoreException {
        try {
            return isEmpty(files.wal())
                    ? readAndClose(open("file:" + files.database() + "?immutable=1"), reader, reading)
                    : readCopy(files, reader, reading);
        } catch (SQLException | IOException e) {
            e.addSuppressed(before);
            throw e;
        }
    }

    private static boolean isEmpty(Path wal) throws IOException {
        return !Files.exists(wal) || Files.size(wal) == 0;
    }

    private static <T> T readCopy(StoreFiles files, StateReader reader, Reading<T> reading)
            throws SQLException, IOException, StoreException {
        // Accessible to this user only.
        Path dir = Files.createTempDirectory("mesos-shuffle-service-");
        StoreFiles copy = StoreFiles.of(dir, 0);
        try {
            Files.copy(files.database(), copy.database());
            Files.copy(files.wal(), copy.wal());
            return readAndClose(open("file:" + copy.database()), reader, reading);
        } finally {
            copy.deleteTemporary();
        }
    }

    /** Reads from it, which needs the companions of a database with a log. */
    private static Connection open(String uri) throws SQLException, StoreException {
        Connection connection = Sqlite.connectByUri(uri);
        boolean usable = false;
        try {
            Schema.checkVersion(connection);
            usable = true;
            return connection;
        } finally {
            if (!usable) {
                connection.close();
            }
        }
    }

    private static <T> T readAndClose(Connection connection, StateReader reader, Reading<T> reading)
            throws SQLException {
        try (connection) {
            return reading.read(reader, connection);
        }
    }
}
