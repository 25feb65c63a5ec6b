package dev.mesosshuffle.store;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.database.ConnectionSource;
import dev.mesosshuffle.logging.OutageLogger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what was committed from the write-ahead log into the database, when the log has grown. This syncs both files,
 * so it has a thread and a connection of its own: the writer continues to commit meanwhile. The log restarts at the first
 * commit that finds all of it moved.
 *
 * <p><b>Concurrency:</b> {@link #committed} belongs to the writer, the connection to the executor's thread.
 */
final class Checkpointer {
    private static final Logger logger = LoggerFactory.getLogger(Checkpointer.class);

    /** Some hundred registrations, each alone; a log of this size is read back in milliseconds after a crash. */
    static final long STEP_BYTES = 16L << 20;

    /** After so many steps in which the writer never paused long enough to move all, the writer is blocked once. */
    private static final int LIMIT_STEPS = 4;

    /** How long the writer is blocked at most, when somebody reads an old state. */
    private static final int MAX_BLOCKING_MS = 100;

    private static final FileTime NEVER = FileTime.fromMillis(0);

    private final AtomicBoolean running = new AtomicBoolean();
    private final Path wal;
    private final ConnectionSource connection;
    private final Executor executor;
    private final OutageLogger outages;
    private final long stepBytes;
    private volatile long nextAtBytes;

    /** When the log was last written, as of the last check. An idle log is moved too, so that little is only in it. */
    private FileTime lastWritten = NEVER;

    /** When the log was last written, as of the start of the last checkpoint. */
    private FileTime checkpointed = NEVER;

    Checkpointer(Path wal, ConnectionSource connection, Executor executor, OutageLogger outages, long stepBytes) {
        this.stepBytes = stepBytes;
        this.nextAtBytes = stepBytes;
        this.wal = wal;
        this.connection = connection;
        this.executor = executor;
        this.outages = outages;
    }

    /** Checks the log; to be called after each commit, and every few seconds while there is none. */
    void committed() {
        BasicFileAttributes log = log();
        long size = log == null ? 0 : log.size();
        FileTime written = log == null || size == 0 ? NEVER : log.lastModifiedTime();
        boolean isIdle = written.equals(lastWritten) && !written.equals(checkpointed);
        lastWritten = written;
        if (size < stepBytes) {
            nextAtBytes = stepBytes;
        }
        if ((size >= nextAtBytes || isIdle) && running.compareAndSet(false, true)) {
            checkpointed = written;
            start();
        }
    }

    /** The writer continues without a checkpoint if no thread can be created for one. */
    private void start() {
        try {
            executor.execute(this::run);
        } catch (RuntimeException | OutOfMemoryError e) {
            ended();
            ThreadShortage.report("a checkpoint of the registry", e);
        }
    }

    /** Closes the connection to a database that is no longer the registry, after the checkpoint that may still run there. */
    static void retire(Connection former, Executor executor) {
        executor.execute(() -> {
            try {
                former.close();
            } catch (SQLException e) {
                logger.debug("A connection could not be closed", e);
            }
        });
    }

    private void run() {
        try (Statement statement = connection.get().createStatement()) {
            // The second, short one moves what was committed during the first: only a log that is moved completely
            // restarts.
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
            if (walBytes() >= LIMIT_STEPS * stepBytes) {
                statement.execute("PRAGMA busy_timeout = " + MAX_BLOCKING_MS);
                statement.execute("PRAGMA wal_checkpoint(RESTART)");
            }
            outages.recovered();
        } catch (SQLException e) {
            outages.failed(e);
        } catch (OutOfMemoryError e) {
            // It is made when the log has grown again.
            HeapShortage.survived(e);
        } finally {
            ended();
        }
    }

    private void ended() {
        try {
            // A reader may keep the log from restarting: then retry when it has grown again.
            nextAtBytes = walBytes() + stepBytes;
        } finally {
            running.set(false);
        }
    }

    private long walBytes() {
        BasicFileAttributes log = log();
        return log == null ? 0 : log.size();
    }

    private @Nullable BasicFileAttributes log() {
        try {
            return Files.readAttributes(wal, BasicFileAttributes.class);
        } catch (IOException e) {
            return null;
        }
    }
}
