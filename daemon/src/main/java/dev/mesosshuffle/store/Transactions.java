package dev.mesosshuffle.store;

import com.codahale.metrics.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes changes, a group of them whole or not at all. Used by one thread. */
final class Transactions {
    private final Supplier<Connection> connection;
    private final Supplier<@Nullable RegistryLostException> hindrance;
    private final Timer commitLatency;

    /** Null after a failure: the driver closes a statement that failed, and it would go on failing when there is room. */
    private @Nullable Statements statements;

    private @Nullable Connection preparedOn;

    Transactions(Connection connection, Timer commitLatency) {
        this(() -> connection, () -> null, commitLatency);
    }

    /**
     * Makes one.
     *
     * @param connection gives the connection, which may become another one when {@code hindrance} is asked
     * @param hindrance tells why nothing may be committed; asked before each transaction
     * @param commitLatency how long transactions take
     */
    Transactions(
            Supplier<Connection> connection, Supplier<@Nullable RegistryLostException> hindrance, Timer commitLatency) {
        this.connection = connection;
        this.hindrance = hindrance;
        this.commitLatency = commitLatency;
    }

    /**
     * Commits a group.
     *
     * @return why nothing of it was written; null if all of it was
     */
    @Nullable
    Throwable write(List<OperationQueue.Entry> group) {
        RegistryLostException lost = hindrance.get();
        if (lost != null) {
            return lost;
        }
        try {
            commit(prepared(), group);
            return null;
        } catch (Throwable e) {
            prepareAnew();
            return e;
        }
    }

    /**
     * Looks whether a registration could be written, but for the disk.
     *
     * @return why not; null if it could
     */
    @Nullable
    Throwable check(Registration registration) {
        try {
            registration.check(prepared());
            return null;
        } catch (Throwable e) {
            prepareAnew();
            return e;
        }
    }

    private void commit(Statements prepared, List<OperationQueue.Entry> group) throws SQLException, DirTakenException {
        long start = System.nanoTime();
        prepared.begin();
        boolean done = false;
        try {
            for (OperationQueue.Entry entry : group) {
                entry.operation().apply(prepared);
            }
            prepared.commit();
            done = true;
        } finally {
            if (!done) {
                rollback(prepared);
            }
        }
        commitLatency.update(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    private static void rollback(Statements prepared) {
        try {
            prepared.rollback();
        } catch (SQLException e) {
            // SQLite has rolled back by itself, as it does when the disk is full; the first error is the one to tell.
            return;
        }
    }

    private Statements prepared() throws SQLException {
        Connection current = connection.get();
        if (current != preparedOn) {
            prepareAnew();
        }
        if (statements == null) {
            statements = new Statements(current);
            preparedOn = current;
        }
        return statements;
    }

    private void prepareAnew() {
        if (statements == null) {
            return;
        }
        try {
            statements.close();
        } catch (SQLException e) {
            // They are given up either way.
        }
        statements = null;
    }

    /** Whether a change would fail again by itself while others succeed. */
    static boolean isOwnFault(Throwable e) {
        return e instanceof DirTakenException
                || e instanceof RuntimeException
                || (e instanceof SQLException s && Sqlite.isFaultOfTheStatement(s));
    }
}
