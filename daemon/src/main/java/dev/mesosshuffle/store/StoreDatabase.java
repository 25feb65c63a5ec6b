package dev.mesosshuffle.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A port's files as this process has them open: the lock and two connections. Where they could only be read at the start,
 * they are opened later, by whoever wants to write first.
 *
 * <p><b>Concurrency:</b> opened at the start, or by the writer; the checkpointer uses its connection after that.
 */
final class StoreDatabase implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StoreDatabase.class);

    private final StoreFiles files;
    private final int port;
    private final Clock clock;
    private final Reserve reserve;
    private @Nullable StoreLock lock;
    private volatile @Nullable Connection writing;
    private volatile @Nullable Connection checkpoints;

    StoreDatabase(StoreFiles files, int port, Clock clock, Reserve reserve) {
        this.files = files;
        this.port = port;
        this.clock = clock;
        this.reserve = reserve;
    }

    boolean isOpen() {
        return checkpoints != null;
    }

    /** Opens all, or nothing. */
    void open() throws StoreException {
        StoreLock taken = StoreOpening.lock(files, port);
        Connection opened = null;
        try {
            opened = StoreOpening.open(files, clock, reserve);
            checkpoints = Sqlite.connectConfigured(files.database());
            writing = opened;
            lock = taken;
        } catch (SQLException | RuntimeException e) {
            throw StoreOpening.cannotUse(files, e);
        } finally {
            if (checkpoints == null) {
                close(opened);
                StoreOpening.release(taken);
            }
        }
        reserve.fillIfThereIsRoom();
    }

    private static void close(@Nullable Connection opened) {
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (SQLException e) {
            // What kept it from being opened is told.
            return;
        }
    }

    /** For the writer; opens it if that was not possible before. */
    Connection writing() throws SQLException {
        Connection open = writing;
        if (open != null) {
            return open;
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
        Connection open = checkpoints;
        if (open == null) {
            throw new SQLException("not open");
        }
        return open;
    }

    /** Moves all that was committed into the database file, and lets go of it. */
    @Override
    public void close() throws SQLException, IOException {
        Connection open = writing;
        StoreLock held = lock;
        if (open == null || held == null) {
            return;
        }
        Connection closedLast = keepFiles();
        try (held;
                closedLast;
                open) {
            checkpoints().close();
            Sqlite.execute(open, "PRAGMA wal_checkpoint(TRUNCATE)");
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
