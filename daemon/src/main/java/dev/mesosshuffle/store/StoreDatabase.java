package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.database.DatabaseIdentity;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A port's files as this process has them open: the lock, and the database behind its {@link DatabaseGuard}. If they
 * could only be read at the start, the writer opens them later.
 *
 * <p><b>Concurrency:</b> opened at the start, or by the writer; the checkpointer uses its connection after that.
 * {@link #verify} and {@link #inode} are for any thread, and work on the disk.
 */
final class StoreDatabase implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StoreDatabase.class);

    private final StoreFiles files;
    private final int port;
    private final Clock clock;
    private final ReserveFile reserve;
    private final Counter rewrites;

    /** Closes the connection that the checkpointer may still use to a database that is no longer the registry. */
    private final Consumer<Connection> retired;

    private @Nullable StoreLock lock;
    private volatile boolean isNew;

    /** The inode of the only file that may be opened; null if any may. */
    private volatile @Nullable Long expected;

    private volatile @Nullable DatabaseGuard guard;

    StoreDatabase(
            StoreFiles files,
            int port,
            Clock clock,
            ReserveFile reserve,
            Counter rewrites,
            Consumer<Connection> retired) {
        this.files = files;
        this.port = port;
        this.clock = clock;
        this.reserve = reserve;
        this.rewrites = rewrites;
        this.retired = retired;
    }

    boolean isOpen() {
        return guard != null;
    }

    /**
     * To be called if it could only be read: from now on it is opened only as the file that was read. If that file is
     * missing, as after its disk was unmounted, an empty one would take its place.
     */
    void expectFoundFile() {
        try {
            expected = inodeThere();
        } catch (IOException e) {
            expected = 0L;
        }
    }

    /** Whether it started empty, because there was no database, or a damaged one. */
    boolean isNew() {
        return isNew;
    }

    /** Acquires the lock and opens the database, or neither. */
    void open() throws StoreException {
        checkExpected();
        StoreLock taken = StoreOpener.lock(files, port);
        try {
            long before = hasLostItsLog() ? 0 : inodeThere();
            if (DatabaseCopy.finish(files, clock)) {
                before = inodeThere();
            }
            OpenDatabase opened = OpenDatabase.open(files, clock, reserve);
            isNew = before != opened.identity().inode();
            lock = taken;
            guard = new DatabaseGuard(files, taken, reserve, opened, clock, rewrites, retired);
        } catch (SQLException | IOException | RuntimeException e) {
            throw StoreOpener.cannotUse(files, e);
        } finally {
            if (guard == null) {
                StoreOpener.release(taken);
            }
        }
        reserve.refillIfSpaceAllows();
    }

    /**
     * Whether somebody has removed the write-ahead log of a database, with what was committed to it. This service leaves it
     * there when it stops.
     */
    private boolean hasLostItsLog() throws IOException {
        return Files.exists(files.database()) && !StoreFiles.isBlank(files.database()) && Files.notExists(files.wal());
    }

    private void checkExpected() throws StoreException {
        Long before = expected;
        try {
            if (before != null && inodeThere() != before) {
                throw new StoreException(
                        "the registry " + files.database() + " that was read at the start is missing; is"
                                + " its disk mounted? Mount it, or restart this service");
            }
        } catch (IOException e) {
            throw StoreOpener.cannotUse(files, e);
        }
    }

    /** The inode of the file that has the registry's name and is not empty; 0 if there is none. */
    private long inodeThere() throws IOException {
        return Files.exists(files.database()) && Files.size(files.database()) > 0
                ? DatabaseIdentity.of(files).inode()
                : 0;
    }

    /** The writer's connection; opens the database if that was not possible before. */
    Connection writing() throws SQLException {
        DatabaseGuard open = guard;
        if (open != null) {
            return open.connection();
        }
        try {
            open();
        } catch (StoreException e) {
            SQLException reason = new SQLiteException(String.valueOf(e.getMessage()), SQLiteErrorCode.SQLITE_CANTOPEN);
            reason.initCause(e);
            throw reason;
        }
        return writing();
    }

    /** The checkpointer's connection; it has nothing to do before the writer has opened the database. */
    Connection checkpoints() throws SQLException {
        DatabaseGuard open = guard;
        if (open == null) {
            throw new SQLException("not open");
        }
        return open.database().checkpoints();
    }

    /** For the writer: restores the file if it was removed or replaced. Returns why nothing may be committed; null if it may. */
    @Nullable
    RegistryLostException checkFile() {
        DatabaseGuard open = guard;
        return open == null ? null : open.check();
    }

    /** Checks that the open file has the registry's name, for evidence that others rely on. */
    void verify() throws StoreException {
        DatabaseGuard open = guard;
        if (open == null) {
            throw new StoreException("the registry " + files.database() + " can only be read at present");
        }
        open.verify();
    }

    /** The inode of the file that is open or will be; 0 if there is none. */
    long inode() {
        DatabaseGuard open = guard;
        try {
            return open == null ? inodeThere() : open.inode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Moves all that was committed into the database file, closes it, and releases the lock. */
    @Override
    public void close() throws SQLException, IOException {
        DatabaseGuard open = guard;
        StoreLock held = lock;
        if (open == null || held == null) {
            return;
        }
        // All that is committed by now must be there at the next start.
        var unused = open.check();
        Connection closedLast = keepFiles();
        try (held;
                closedLast;
                OpenDatabase database = open.database()) {
            database.checkpoints().close();
            Sqlite.execute(database.connection(), "PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /**
     * Keeps SQLite from deleting the files beside the database, so that the next start needs no inode: on a file system
     * without free inodes they could not be created again.
     */
    private @Nullable Connection keepFiles() {
        try {
            return Sqlite.connectReadOnly(files.database());
        } catch (SQLException e) {
            logger.debug("The files beside {} are not kept", files.database(), e);
            return null;
        }
    }

    /** As {@link #close}, as a call with a result. */
    boolean closed() throws SQLException, IOException {
        close();
        return true;
    }
}
