package dev.mesosshuffle.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens until a store is open: the lock, the checks, and the one way out of a damaged file. */
final class StoreOpening {
    private static final Logger logger = LoggerFactory.getLogger(StateStore.class);

    private StoreOpening() {}

    static StoreLock lock(StoreFiles files, int port) throws StoreException {
        try {
            files.createDir();
            return StoreLock.take(files.lock());
        } catch (IOException e) {
            throw cannotUse(files, e);
        } catch (StoreLock.HeldException e) {
            throw new StoreException(
                    "cannot use the registry " + files.database() + ": another mesos-shuffle-service on port " + port
                            + " uses it (" + e.getMessage() + "); stop that one, or set another"
                            + " spark.shuffle.service.port or spark.mesos.shuffle.service.state.dir",
                    e);
        }
    }

    /** Opens the database; a damaged one is moved aside, for an empty registry serves better than none. */
    static Connection open(StoreFiles files, Clock clock) throws StoreException {
        try {
            return openSound(files);
        } catch (DamagedException damage) {
            moveAside(files, clock, damage);
        }
        try {
            return openSound(files);
        } catch (DamagedException e) {
            throw cannotUse(files, e);
        }
    }

    private static Connection openSound(StoreFiles files) throws DamagedException, StoreException {
        try {
            Connection connection = Sqlite.connect(files.database());
            try {
                Schema.prepare(connection);
                return connection;
            } catch (SQLException | DamagedException | StoreException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            if (Sqlite.isDamage(e)) {
                throw new DamagedException(String.valueOf(e.getMessage()));
            }
            throw cannotUse(files, e);
        } catch (StoreException e) {
            throw cannotUse(files, e);
        }
    }

    private static void moveAside(StoreFiles files, Clock clock, DamagedException damage) throws StoreException {
        Path aside;
        try {
            aside = files.moveAside(clock);
        } catch (IOException e) {
            throw cannotUse(files, e);
        }
        logger.error(
                "The registry {} is damaged ({}). It was moved to {}, and the service starts with an empty one: executors"
                        + " that are registered here are unknown until they register again, and dirs of applications"
                        + " that are over stay until someone deletes them",
                files.database(),
                damage.getMessage(),
                aside);
    }

    static void release(StoreLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            logger.warn("Closing the lock file failed: {}", e.getMessage());
        }
    }

    static StoreException cannotUse(StoreFiles files, Exception reason) {
        return new StoreException("cannot use the registry " + files.database() + ": " + reason.getMessage(), reason);
    }
}
