package dev.mesosshuffle.peers;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoredLocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The write locks of other ports' registries, held while directories without an owner are registered here: of two services
 * that claim one at the same moment, only one holds both locks, and the other sees what the first has stored.
 *
 * <p>No lock is waited for: a service that is too late releases all locks, its own too, and retries. So two services cannot
 * wait for each other.
 *
 * <p><b>Concurrency:</b> the writer's.
 */
public final class PeerLocks implements AutoCloseable {
    private final PeerDatabases peers;
    private final List<Held> held = new ArrayList<>();

    /** The conflict with the claims; null if there is none. */
    private @Nullable PeerOwner owner;

    private record Held(Path file, Connection connection) {}

    /** Another process holds the lock of a registry at this moment. */
    public static final class BusyException extends Exception {
        private static final long serialVersionUID = 1;

        BusyException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private PeerLocks(PeerDatabases peers) {
        this.peers = peers;
    }

    /**
     * Locks all other registries that can be locked, and queries them.
     *
     * @param claims the dirs of the registration
     * @param withoutBusy whether a busy registry may be queried without its lock
     * @throws BusyException if one is busy, and {@code withoutBusy} is false
     */
    public static PeerLocks acquire(PeerDatabases peers, Collection<StoredLocalDir> claims, boolean withoutBusy)
            throws BusyException {
        PeerLocks locks = new PeerLocks(peers);
        boolean acquired = false;
        try {
            for (Path file : peers.trustedFiles()) {
                locks.acquire(file, claims, withoutBusy);
            }
            acquired = true;
            return locks;
        } finally {
            if (!acquired) {
                locks.close();
            }
        }
    }

    /**
     * Checks the result of the queries.
     *
     * @throws DirConflictException if one of the claims conflicts with a registry
     */
    public void check() throws DirConflictException {
        if (owner != null) {
            throw DirConflictException.ofAnotherPort(owner);
        }
    }

    private void acquire(Path file, Collection<StoredLocalDir> claims, boolean withoutBusy) throws BusyException {
        try {
            Locked locked = peers.limiter()
                    .call(file, () -> lockAndQuery(file, claims, withoutBusy), late -> end(late.connection()));
            hold(file, locked.connection());
            peers.recovered(file);
            if (locked.owner() != null) {
                owner = locked.owner();
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (Sqlite.isBusy(cause) && !withoutBusy) {
                throw new BusyException(String.valueOf(cause.getMessage()), cause);
            }
            // Logged once; the registry is queried again before anything is deleted.
            var unused = peers.failed(file, cause);
        } catch (IOException e) {
            var unused = peers.failed(file, e);
        }
    }

    /** What is not held here would stay locked until this process ends. */
    private void hold(Path file, Connection connection) {
        boolean isHeld = false;
        try {
            isHeld = held.add(new Held(file, connection));
        } finally {
            if (!isHeld) {
                end(connection);
            }
        }
    }

    private record Locked(Connection connection, @Nullable PeerOwner owner) {}

    private static Locked lockAndQuery(Path file, Collection<StoredLocalDir> claims, boolean withoutBusy)
            throws SQLException {
        Connection connection = PeerConnections.openToLock(file);
        boolean queried = false;
        try {
            lock(connection, withoutBusy);
            Locked locked = new Locked(connection, new PeerQueries(connection, file).conflict(claims));
            queried = true;
            return locked;
        } finally {
            if (!queried) {
                end(connection);
            }
        }
    }

    private static void lock(Connection connection, boolean withoutBusy) throws SQLException {
        Sqlite.execute(connection, "PRAGMA busy_timeout = 0");
        try {
            Sqlite.execute(connection, "BEGIN IMMEDIATE");
        } catch (SQLException e) {
            if (Sqlite.isDiskFailure(e) || (withoutBusy && Sqlite.isBusy(e))) {
                // It cannot be written, or is busy for too long: what it holds now has to do.
                return;
            }
            throw e;
        }
    }

    private static void end(Connection connection) {
        try {
            // Rolls back what is open: nothing was changed.
            connection.close();
        } catch (SQLException e) {
            // The lock ends with its file descriptor.
            return;
        }
    }

    @Override
    public void close() {
        // By index: an iterator would need memory.
        for (int i = 0; i < held.size(); i++) {
            Held one = held.get(i);
            try {
                peers.limiter().call(one.file(), () -> {
                    end(one.connection());
                    return one;
                });
            } catch (IOException | ExecutionException e) {
                var unused = peers.failed(one.file(), e);
            } catch (OutOfMemoryError e) {
                // Not within a limit of time then: another service must not wait for these locks until this process
                // ends.
                HeapShortage.survived(e);
                end(one.connection());
            }
        }
        held.clear();
    }
}
