package dev.mesosshuffle.store;

import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StateReader;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads from a registry's file over a connection of its own. For any thread; works on the disk. */
final class RegistryFileReader {
    private static final Logger logger = LoggerFactory.getLogger(RegistryFileReader.class);

    private RegistryFileReader() {}

    /** What is read. */
    interface Reading<T> {
        T read(StateReader reader, Connection connection) throws SQLException;
    }

    /**
     * Reads, and logs how many rows are invalid.
     *
     * @throws StoreException if the file cannot be read
     */
    static <T> T read(StoreFiles files, Reading<T> reading) throws StoreException {
        StateReader reader = new StateReader();
        T result;
        try (Connection own = Sqlite.connectConfigured(files.database())) {
            result = reading.read(reader, own);
        } catch (SQLException e) {
            throw new StoreException("cannot read the registry " + files.database() + ": " + e.getMessage(), e);
        }
        if (reader.invalidRows() > 0) {
            logger.warn(
                    "Skipped {} invalid rows in {}: was it edited? If not, their paths cannot be encoded in this process's"
                            + " locale: start it in one with UTF-8 (LC_ALL=C.UTF-8). Their applications stay.",
                    reader.invalidRows(),
                    files.database());
        }
        return result;
    }
}
