package dev.mesosshuffle.store;

import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StateReader;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.UnwritableRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from a registry's file over connections of its own, and keeps nothing of it. For any thread; works on the disk.
 *
 * @param files the registry's
 * @param isWritable whether the file could be written when it was opened
 */
record RegistryFileReader(StoreFiles files, boolean isWritable) {
    private static final Logger logger = LoggerFactory.getLogger(RegistryFileReader.class);

    /**
     * Reads, and logs how many rows are invalid.
     *
     * @throws StoreException if the file cannot be read
     */
    <T> T read(UnwritableRegistry.Reading<T> reading) throws StoreException {
        StateReader reader = new StateReader();
        T result = isWritable ? readWritable(reader, reading) : UnwritableRegistry.read(files, reader, reading);
        if (reader.invalidRows() > 0) {
            logger.warn(
                    "Skipped {} invalid rows in {}: was it edited? If not, their paths cannot be encoded in this process's"
                            + " locale: start it in one with UTF-8 (LC_ALL=C.UTF-8). Their applications stay.",
                    reader.invalidRows(),
                    files.database());
        }
        return result;
    }

    private <T> T readWritable(StateReader reader, UnwritableRegistry.Reading<T> reading) throws StoreException {
        try (Connection own = Sqlite.connectConfigured(files.database())) {
            return reading.read(reader, own);
        } catch (SQLException e) {
            throw new StoreException("cannot read the registry " + files.database() + ": " + e.getMessage(), e);
        }
    }
}
