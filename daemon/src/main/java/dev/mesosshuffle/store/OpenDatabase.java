package dev.mesosshuffle.store;

import dev.mesosshuffle.database.DatabaseIdentity;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;

/**
 * The database as this process has it open.
 *
 * @param connection the writer's
 * @param checkpoints the checkpointer's
 * @param identity which files these have open
 */
record OpenDatabase(Connection connection, Connection checkpoints, DatabaseIdentity identity) implements AutoCloseable {
    /** Opens the database, or creates it. */
    static OpenDatabase open(StoreFiles files, Clock clock, ReserveFile reserve)
            throws StoreException, SQLException, IOException {
        Connection connection = StoreOpener.open(files, clock, reserve);
        try {
            Connection checkpoints = Sqlite.connectConfigured(files.database());
            try {
                // A connection opens the log with its first read.
                Sqlite.execute(checkpoints, "SELECT count(*) FROM sqlite_master");
                return new OpenDatabase(connection, checkpoints, DatabaseIdentity.of(files));
            } catch (SQLException | IOException e) {
                checkpoints.close();
                throw e;
            }
        } catch (SQLException | IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            checkpoints.close();
        }
    }
}
