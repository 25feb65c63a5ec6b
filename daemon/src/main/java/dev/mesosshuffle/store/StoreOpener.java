package dev.mesosshuffle.store;

import dev.mesosshuffle.concurrent.CallTimeoutException;
import dev.mesosshuffle.database.CorruptStoreException;
import dev.mesosshuffle.database.Schema;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StateReader;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.UnwritableRegistry;
import dev.mesosshuffle.host.PrivateFiles;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.probes.FullDiskDiagnosis;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a store: acquires the lock, checks the database, and decides what to do if it cannot be used:
 *
 * <ul>
 *   <li>corrupt (SQLITE_CORRUPT, NOTADB, a failed check): moved aside, an empty one in its place;
 *   <li>readable but not writable, because its disk is read-only, full or returns I/O errors: served from what was read,
 *       and opened as soon as it can be written ({@link UnwritableRegistry}, {@link StoreDatabase});
 *   <li>not readable either, because its disk returns I/O errors, or does not respond within {@link StorePlaces#LIMIT}: an
 *       empty one in the next place ({@link StorePlaces});
 *   <li>locked by another process, of a newer version, another program's, not permitted to this user, or in a place that
 *       other users can change: a start would do harm, or the configuration is wrong, so the start fails with the reason.
 * </ul>
 */
final class StoreOpener {
    private static final Logger logger = LoggerFactory.getLogger(StoreOpener.class);

    private StoreOpener() {}

    static StoreLock lock(StoreFiles files, int port) throws StoreException {
        try {
            files.createDir();
            files.check();
            return StoreLock.acquire(files.lock());
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

    /** Opens the database, using the reserve if the disk is full. */
    static Connection open(StoreFiles files, Clock clock, ReserveFile reserve) throws StoreException {
        try {
            return open(files, clock);
        } catch (StoreException e) {
            if (e.getCause() == null || !Sqlite.isOutOfSpace(e.getCause()) || !reserve.release()) {
                throw e;
            }
            Connection connection = open(files, clock);
            reserve.fill();
            return connection;
        }
    }

    /** A corrupt database is moved aside, since an empty registry serves better than none. */
    private static Connection open(StoreFiles files, Clock clock) throws StoreException {
        try {
            Connection connection = openOrMoveAside(files, clock);
            if (connection == null) {
                connection = openOrMoveAside(files, clock);
            }
            if (connection == null) {
                throw new StoreException("a new file in its place is corrupt at once; check its disk");
            }
            return connection;
        } catch (SQLException | IOException | StoreException e) {
            throw cannotUse(files, e);
        }
    }

    /** Returns null if the database was corrupt. */
    private static @Nullable Connection openOrMoveAside(StoreFiles files, Clock clock)
            throws SQLException, IOException, StoreException {
        // SQLite would let others read it, and gives its companions the same permissions.
        PrivateFiles.create(files.database());
        Connection connection = Sqlite.connect(files.database());
        boolean open = false;
        try {
            Schema.prepare(connection);
            Sqlite.configure(connection);
            open = true;
            return connection;
        } catch (SQLException e) {
            if (!Sqlite.isCorruption(e)) {
                throw e;
            }
            // Before the connection is closed: SQLite would delete a log that it cannot read.
            moveAside(files, clock, e);
        } catch (CorruptStoreException e) {
            moveAside(files, clock, e);
        } finally {
            if (!open) {
                connection.close();
            }
        }
        return null;
    }

    private static void moveAside(StoreFiles files, Clock clock, Exception damage) throws IOException {
        Path aside = files.moveAside(clock);
        logger.error(
                "The registry {} is damaged ({}). It was moved to {}, and the service starts with an empty one:"
                        + " registered executors are unknown until they register again, and directories of expired"
                        + " applications stay until someone deletes them",
                files.database(),
                Sanitizer.printable(String.valueOf(damage.getMessage()).replace('\n', ' ')),
                aside);
    }

    /**
     * Checks that a database that cannot be written can be read.
     *
     * @param failure why it cannot be opened
     * @throws StoreException that failure, if it must prevent the start, or if the database cannot be read either
     */
    static void checkReadOnly(StoreFiles files, StoreException failure) throws StoreException {
        if (!isDiskFailure(files, failure)) {
            throw failure;
        }
        try {
            // All of it, since the file may be damaged anywhere; but nothing of it is kept.
            int unused = UnwritableRegistry.read(files, new StateReader(), (reader, connection) -> {
                reader.read(connection, new UnkeptState());
                return reader.readKept(connection).size()
                        + reader.readIdleTimes(connection).size()
                        + reader.readDriverAddresses(connection).size()
                        + reader.readReregisteringDrivers(connection).size();
            });
        } catch (StoreException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** Whether the disk, not the configuration, keeps a store from being opened. */
    static boolean isDiskFailure(StoreFiles files, StoreException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof CallTimeoutException) {
            return true;
        }
        if (cause instanceof AccessDeniedException || Sqlite.isPermissionFailure(cause)) {
            return isOurs(files);
        }
        if (cause instanceof IOException) {
            return !(cause instanceof UnsafePathException
                    || cause instanceof FileAlreadyExistsException
                    || cause instanceof NotDirectoryException
                    || cause instanceof NoSuchFileException
                    || isBelowAFile(files));
        }
        return cause instanceof SQLException && Sqlite.isDiskFailure(cause);
    }

    private static boolean isBelowAFile(StoreFiles files) {
        for (Path above = files.database().getParent(); above != null; above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this user created the file: then its disk, or a temporary change, keeps it from being written. */
    private static boolean isOurs(StoreFiles files) {
        try {
            Path dir = files.database().resolveSibling("");
            return Files.getFileStore(dir).isReadOnly()
                    || Files.getAttribute(files.database(), "unix:uid")
                            .equals(PeerDatabases.uid(Path.of("/proc/self")));
        } catch (IOException e) {
            return false;
        }
    }

    static void release(StoreLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            logger.warn("Closing the lock file failed: {}", e.getMessage());
        }
    }

    static StoreException cannotUse(StoreFiles files, Exception reason) {
        String text = "cannot use the registry " + files.database() + ": " + reason.getMessage();
        if (reason instanceof UnsafePathException) {
            return new StoreException(
                    text
                            + "; change its owner and mode, or set spark.mesos.shuffle.service.state.dir to a directory that"
                            + " only this service's user and root can change or rename, such as one in /var/lib",
                    reason);
        }
        String full = reason instanceof StoreException ? null : fullDisk(files);
        return new StoreException(
                full == null
                        ? text
                        : text + "; " + full
                                + ", or set spark.mesos.shuffle.service.state.dir to a directory on another disk",
                reason);
    }

    /** On a disk without inodes, SQLite reports that a file cannot be opened. */
    private static @Nullable String fullDisk(StoreFiles files) {
        Path dir = files.database().getParent();
        return dir == null ? null : FullDiskDiagnosis.of(dir);
    }
}
