package dev.mesosshuffle.peers;

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
 * The write locks of other ports' registries, held while dirs are registered here that nobody owns yet: of two services
 * that claim one at the same moment, only one holds both locks, and the other sees what it has stored.
 *
 * <p>No lock is waited for: whoever comes too late gives all back, its own too, and tries again. So two services cannot
 * wait for each other.
 *
 * <p><b>Concurrency:</b> the writer's.
 */
public final class PeerLocks implements AutoCloseable {
    private final PeerDatabases others;
    private final List<Held> held = new ArrayList<>();

    /** What stands against the claims. */
    private @Nullable PeerOwner owner;

    private record Held(Path file, Connection connection) {}

    /** Somebody else writes there at this moment. */
    public static final class BusyException extends Exception {
        private static final long serialVersionUID = 1;

        BusyException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private PeerLocks(PeerDatabases others) {
        this.others = others;
    }

    /**
     * Locks all other registries that can be locked, and asks them.
     *
     * @param claims what is to be registered
     * @param patient whether one that is busy may be asked without its lock; else it ends the try
     */
    public static PeerLocks take(PeerDatabases others, Collection<StoredLocalDir> claims, boolean patient)
            throws BusyException {
        PeerLocks locks = new PeerLocks(others);
        boolean taken = false;
        try {
            for (Path file : others.trustedFiles()) {
                locks.take(file, claims, patient);
            }
            taken = true;
            return locks;
        } finally {
            if (!taken) {
                locks.close();
            }
        }
    }

    /**
     * Tells what they said.
     *
     * @throws DirConflictException if one of the claims is refused
     */
    public void check() throws DirConflictException {
        if (owner != null) {
            throw DirConflictException.ofAnotherPort(owner);
        }
    }

    private void take(Path file, Collection<StoredLocalDir> claims, boolean patient) throws BusyException {
        try {
            Answer answer = others.calls()
                    .call(file, PeerDatabases.LIMIT, () -> ask(file, claims, patient), late -> end(late.connection()));
            held.add(new Held(file, answer.connection()));
            others.works(file);
            if (answer.owner() != null) {
                owner = answer.owner();
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (Sqlite.isBusy(cause) && !patient) {
                throw new BusyException(String.valueOf(cause.getMessage()), cause);
            }
            // Told once; whoever wants to delete asks again.
            var unused = others.failed(file, cause);
        } catch (IOException e) {
            var unused = others.failed(file, e);
        }
    }

    private record Answer(Connection connection, @Nullable PeerOwner owner) {}

    private static Answer ask(Path file, Collection<StoredLocalDir> claims, boolean patient) throws SQLException {
        Connection connection = PeerDatabases.open(file);
        boolean asked = false;
        try {
            lock(connection, patient);
            Answer answer = new Answer(connection, new PeerQueries(connection, file).conflict(claims));
            asked = true;
            return answer;
        } finally {
            if (!asked) {
                end(connection);
            }
        }
    }

    private static void lock(Connection connection, boolean patient) throws SQLException {
        Sqlite.execute(connection, "PRAGMA busy_timeout = 0");
        try {
            Sqlite.execute(connection, "BEGIN IMMEDIATE");
        } catch (SQLException e) {
            if (Sqlite.isFaultOfTheDisk(e) || (patient && Sqlite.isBusy(e))) {
                // It cannot be written by us, or at all, or not for long: what it says now is all that there is.
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
            // The lock goes with its file.
            return;
        }
    }

    @Override
    public void close() {
        for (Held one : held) {
            try {
                others.calls()
                        .call(
                                one.file(),
                                PeerDatabases.LIMIT,
                                () -> {
                                    end(one.connection());
                                    return one;
                                },
                                late -> {});
            } catch (IOException | ExecutionException e) {
                var unused = others.failed(one.file(), e);
            }
        }
        held.clear();
    }
}
