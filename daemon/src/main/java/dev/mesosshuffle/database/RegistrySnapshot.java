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
 * All that a registry holds, read from a file that cannot be written. What is only in the log beside it counts: SQLite
 * reads both where it finds what it needs; else a file without a log is read as one that nobody changes; else both are
 * copied to where they can be opened.
 *
 * @param state applications, executors, local dirs and removals
 * @param quietTimes for how long applications were quiet
 * @param kept which applications an operator keeps
 * @param driverAddresses where the drivers in charge were, without port
 */
public record RegistrySnapshot(
        StoredState state, Map<String, Duration> quietTimes, Set<String> kept, Map<String, String> driverAddresses) {
    /**
     * Reads a registry.
     *
     * @throws StoreException if that is not possible, or it is not one that this version can use
     */
    public static RegistrySnapshot of(StoreFiles files) throws StoreException {
        try {
            return read("file:" + files.database() + "?mode=ro");
        } catch (SQLException e) {
            // Without its companions, which cannot be made here.
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
        // With the permissions of this user alone.
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
                    reader.readQuietTimes(connection),
                    reader.readKept(connection),
                    reader.readDriverAddresses(connection));
        }
    }
}
