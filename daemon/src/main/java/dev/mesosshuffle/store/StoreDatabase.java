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
 * A port's files as this process has them open: the lock, and the database behind its {@link DatabaseGuard}. Where they
 * could only be read at the start, they are opened later, by whoever wants to write first.
 *
 * <p><b>Concurrency:</b> opened at the start, or by the writer; the checkpointer uses its connection after that. What says
 * so works on the disk, and is for any thread.
 */
final class StoreDatabase implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StoreDatabase.class);

    private final StoreFiles files;
    private final int port;
    private final Clock clock;
    private final ReserveFile reserve;
    private final Counter rewrites;

    /** Closes what the checkpointer may still use of a database that is not the registry any more. */
    private final Consumer<Connection> retired;

    private @Nullable StoreLock lock;
    private volatile boolean isNew;

    /** The number of the only file that may be opened; null for any, or none yet. */
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
     * To be called once it could only be read: from now on it is opened only as the file that was read. Where that is gone,
     * as when its disk was unmounted, an empty one would take its place.
     */
    void expectWhatIsThere() {
        try {
            expected = inodeThere();
        } catch (IOException e) {
            expected = 0L;
        }
    }

    /** Whether it began empty, because there was none, or one that was damaged. */
    boolean isNew() {
        return isNew;
    }

    /** Opens all, or nothing. */
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
        reserve.fillIfThereIsRoom();
    }

    /**
     * Whether somebody has removed the log beside a database, with what was committed to it. This service leaves it there
     * when it stops.
     */
    private boolean hasLostItsLog() throws IOException {
        return Files.exists(files.database()) && !StoreFiles.isBlank(files.database()) && Files.notExists(files.wal());
    }

    private void checkExpected() throws StoreException {
        Long before = expected;
        try {
            if (before != null && inodeThere() != before) {
                throw new StoreException(
                        "the registry " + files.database() + " that was read at the start is not there any"
                                + " more; is its disk mounted? Mount it, or start this service again");
            }
        } catch (IOException e) {
            throw StoreOpener.cannotUse(files, e);
        }
    }

    /** The number of the file that has the registry's name and holds something; 0 if there is none. */
    private long inodeThere() throws IOException {
        return Files.exists(files.database()) && Files.size(files.database()) > 0
                ? DatabaseIdentity.of(files).inode()
                : 0;
    }

    /** For the writer; opens it if that was not possible before. */
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

    /** For the checkpointer, which has nothing to do before the writer has opened it. */
    Connection checkpoints() throws SQLException {
        DatabaseGuard open = guard;
        if (open == null) {
            throw new SQLException("not open");
        }
        return open.database().checkpoints();
    }

    /** For the writer: why nothing may be committed, after all was done against it; null if all is well. */
    @Nullable
    RegistryLostException hindrance() {
        DatabaseGuard open = guard;
        return open == null ? null : open.check();
    }

    /** Looks whether what is open has its name; for evidence that others act upon. */
    void verify() throws StoreException {
        DatabaseGuard open = guard;
        if (open == null) {
            throw new StoreException("the registry " + files.database() + " can only be read for now");
        }
        open.verify();
    }

    /** The number of the file that is open, or is to be; 0 if there is none. */
    long inode() {
        DatabaseGuard open = guard;
        try {
            return open == null ? inodeThere() : open.inode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Moves all that was committed into the database file, and lets go of it. */
    @Override
    public void close() throws SQLException, IOException {
        DatabaseGuard open = guard;
        StoreLock held = lock;
        if (open == null || held == null) {
            return;
        }
        // What is committed by now is to be found at the next start.
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
     * Keeps SQLite from deleting the files beside the database, so that the next start needs no inode: where there is none
     * left, they could not be made again.
     */
    private @Nullable Connection keepFiles() {
        try {
            return Sqlite.connectReadOnly(files.database());
        } catch (SQLException e) {
            logger.debug("The files beside {} are not kept", files.database(), e);
            return null;
        }
    }

    /** As {@link #close}, for who wants to know that it has ended. */
    boolean closed() throws SQLException, IOException {
        close();
        return true;
    }
}
