package dev.mesosshuffle.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Moves what was committed from the write-ahead log into the database, when the log has grown. This syncs both files,
 * so it has a thread and a connection of its own: the writer commits on meanwhile.
 *
 * <p><b>Concurrency:</b> {@link #committed} belongs to the writer, the connection to the executor's thread.
 */
final class Checkpointer {
    /** Some thousand registrations; a log of this size is read back in milliseconds after a crash. */
    static final long STEP_BYTES = 4L << 20;

    private final AtomicBoolean running = new AtomicBoolean();
    private final Path wal;
    private final Connection connection;
    private final Executor executor;
    private final FaultLog faults;
    private volatile long nextAtBytes = STEP_BYTES;

    Checkpointer(Path wal, Connection connection, Executor executor, FaultLog faults) {
        this.wal = wal;
        this.connection = connection;
        this.executor = executor;
        this.faults = faults;
    }

    /** To be called after each commit. */
    void committed() {
        long size = walBytes();
        if (size < STEP_BYTES) {
            nextAtBytes = STEP_BYTES;
        } else if (size >= nextAtBytes && running.compareAndSet(false, true)) {
            executor.execute(this::run);
        }
    }

    private void run() {
        try (Statement statement = connection.createStatement()) {
            // The second, short, takes what was committed during the first: only a log that is done with starts anew.
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
            faults.worked();
        } catch (SQLException e) {
            faults.failed(e);
        } finally {
            // Whoever reads may keep the log from starting anew: then try again when it has grown once more.
            nextAtBytes = walBytes() + STEP_BYTES;
            running.set(false);
        }
    }

    private long walBytes() {
        try {
            return Files.size(wal);
        } catch (IOException e) {
            return 0;
        }
    }
}
