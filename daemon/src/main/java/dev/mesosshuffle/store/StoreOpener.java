package dev.mesosshuffle.store;

import dev.mesosshuffle.database.BoundedCalls;
import dev.mesosshuffle.database.CorruptStoreException;
import dev.mesosshuffle.database.RegistrySnapshot;
import dev.mesosshuffle.database.Schema;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
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
 * What happens until a store is open: the lock, the checks, and the ways out. Where the line is:
 *
 * <ul>
 *   <li>damaged (SQLITE_CORRUPT, NOTADB, a check that fails): moved aside, an empty one in its place;
 *   <li>cannot be written, for its disk is read-only, full or gives I/O errors, but can be read: served from what was read,
 *       and opened as soon as it can be written ({@link RegistrySnapshot}, {@link StoreDatabase});
 *   <li>cannot be read either, since its disk gives I/O errors, or does not answer for {@link StorePlaces#LIMIT}: an empty
 *       one in the next place ({@link StorePlaces});
 *   <li>locked by another process, of a newer version, another program's, or not permitted to this user: a start would do
 *       harm, or somebody has configured it wrong, so it stops with the reason.
 * </ul>
 */
final class StoreOpener {
    private static final Logger logger = LoggerFactory.getLogger(StoreOpener.class);

    private StoreOpener() {}

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

    /** Opens the database, with the reserve if there is no space to do so otherwise. */
    static Connection open(StoreFiles files, Clock clock, ReserveFile reserve) throws StoreException {
        try {
            return open(files, clock);
        } catch (StoreException e) {
            if (e.getCause() == null || !Sqlite.isWantOfSpace(e.getCause()) || !reserve.giveUp()) {
                throw e;
            }
            Connection connection = open(files, clock);
            reserve.fill();
            return connection;
        }
    }

    /** A damaged database is moved aside, for an empty registry serves better than none. */
    private static Connection open(StoreFiles files, Clock clock) throws StoreException {
        try {
            Connection connection = openOrMoveAside(files, clock);
            if (connection == null) {
                connection = openOrMoveAside(files, clock);
            }
            if (connection == null) {
                throw new StoreException("a new file in its place is damaged at once; is its disk well?");
            }
            return connection;
        } catch (SQLException | IOException | StoreException e) {
            throw cannotUse(files, e);
        }
    }

    /** Returns null if the database was damaged. */
    private static @Nullable Connection openOrMoveAside(StoreFiles files, Clock clock)
            throws SQLException, IOException, StoreException {
        Connection connection = Sqlite.connect(files.database());
        boolean open = false;
        try {
            Schema.prepare(connection);
            Sqlite.configure(connection);
            open = true;
            return connection;
        } catch (SQLException e) {
            if (!Sqlite.isDamage(e)) {
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
                "The registry {} is damaged ({}). It was moved to {}, and the service starts with an empty one: executors"
                        + " that are registered here are unknown until they register again, and dirs of applications"
                        + " that are over stay until someone deletes them",
                files.database(),
                Sanitizer.printable(String.valueOf(damage.getMessage()).replace('\n', ' ')),
                aside);
    }

    /**
     * Reads what cannot be written.
     *
     * @param failure why it cannot be opened
     * @throws StoreException that failure, if it speaks against a start, or if there is nothing to be read
     */
    static RegistrySnapshot readOnly(StoreFiles files, StoreException failure) throws StoreException {
        if (!isFaultOfTheDisk(files, failure)) {
            throw failure;
        }
        try {
            return RegistrySnapshot.of(files);
        } catch (StoreException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** Whether a store cannot be opened through no fault of whoever configured it. */
    static boolean isFaultOfTheDisk(StoreFiles files, StoreException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof BoundedCalls.NoAnswerException) {
            return true;
        }
        if (cause instanceof AccessDeniedException || Sqlite.isRefusal(cause)) {
            return isOurs(files);
        }
        if (cause instanceof IOException) {
            return !(cause instanceof FileAlreadyExistsException
                    || cause instanceof NotDirectoryException
                    || cause instanceof NoSuchFileException
                    || isBelowAFile(files));
        }
        return cause instanceof SQLException && Sqlite.isFaultOfTheDisk(cause);
    }

    private static boolean isBelowAFile(StoreFiles files) {
        for (Path above = files.database().getParent(); above != null; above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this user has made the file: then it is the disk, or somebody for a while, that keeps it from being written. */
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
        String full = reason instanceof StoreException ? null : fullDisk(files);
        return new StoreException(
                full == null
                        ? text
                        : text + "; " + full
                                + ", or set spark.mesos.shuffle.service.state.dir to a dir on another disk",
                reason);
    }

    /** What SQLite says of a disk without inodes is that a file cannot be opened. */
    private static @Nullable String fullDisk(StoreFiles files) {
        Path dir = files.database().getParent();
        return dir == null ? null : FullDiskDiagnosis.of(dir);
    }
}
