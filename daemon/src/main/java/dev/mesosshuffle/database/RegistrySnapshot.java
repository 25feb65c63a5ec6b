package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * All that a registry holds, read from a file that cannot be written. What is only in its write-ahead log counts: SQLite
 * reads both if it can open the companion files; otherwise a file without a log is read as immutable; otherwise both are
 * copied to a temporary directory and opened there.
 *
 * @param state applications, executors, local directories and removals
 * @param idleTimes how long applications have been idle
 * @param kept which applications an operator keeps
 * @param driverAddresses the addresses of the living drivers of each application, as in {@link StoredApplication}
 */
public record RegistrySnapshot(
        StoredState state, Map<String, Duration> idleTimes, Set<String> kept, Map<String, String> driverAddresses) {
    /**
     * Reads a registry.
     *
     * @throws StoreException if it cannot be read, or this version cannot use it
     */
    public static RegistrySnapshot of(StoreFiles files) throws StoreException {
        try {
            return read("file:" + files.database() + "?mode=ro");
        } catch (SQLException e) {
            // Without its companions, which cannot be created there.
            return withoutCompanions(files, e);
        }
    }

    private static RegistrySnapshot withoutCompanions(StoreFiles files, SQLException before) throws StoreException {
        try {
            if (isEmpty(files.wal())) {
                return read("file:" + files.database() + "?immutable=1");
            }
            return readCopy(files);
        } catch (SQLException | IOException e) {
            e.addSuppressed(before);
            throw new StoreException("cannot read the registry " + files.database() + ": " + e.getMessage(), e);
        }
    }

    private static boolean isEmpty(Path wal) throws IOException {
        return !Files.exists(wal) || Files.size(wal) == 0;
    }

    private static RegistrySnapshot readCopy(StoreFiles files) throws SQLException, IOException, StoreException {
        // Accessible to this user only.
        Path dir = Files.createTempDirectory("mesos-shuffle-service-");
        StoreFiles copy = StoreFiles.of(dir, 0);
        try {
            Files.copy(files.database(), copy.database());
            Files.copy(files.wal(), copy.wal());
            return read("file:" + copy.database());
        } finally {
            copy.deleteTemporary();
        }
    }

    private static RegistrySnapshot read(String uri) throws SQLException, StoreException {
        try (Connection connection = Sqlite.connectByUri(uri)) {
            Schema.checkVersion(connection);
            StateReader reader = new StateReader();
            return new RegistrySnapshot(
                    reader.read(connection),
                    reader.readIdleTimes(connection),
                    reader.readKept(connection),
                    reader.readDriverAddresses(connection));
        }
    }
}
