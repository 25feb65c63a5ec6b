package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Commits what is queued, all that waits in one transaction. An operation that fails by itself fails alone: the others
 * of its group are tried again one by one.
 *
 * <p><b>Concurrency:</b> the only thread that writes; futures are completed on it, after the commit and in order.
 */
final class Writer implements Runnable {
    /** So that the first of a flood does not wait for the last. */
    private static final int MAX_GROUP = 1024;

    private final OperationQueue queue;
    private final Connection connection;
    private final Runnable committed;
    private final FaultLog faults;
    private final Timer commitLatency;
    private final Counter failures;
    private Statements statements;

    Writer(
            OperationQueue queue,
            Connection connection,
            Statements statements,
            Runnable committed,
            FaultLog faults,
            Timer commitLatency,
            Counter failures) {
        this.queue = queue;
        this.connection = connection;
        this.statements = statements;
        this.committed = committed;
        this.faults = faults;
        this.commitLatency = commitLatency;
        this.failures = failures;
    }

    @Override
    public void run() {
        for (List<OperationQueue.Entry> group = queue.take(MAX_GROUP);
                !group.isEmpty();
                group = queue.take(MAX_GROUP)) {
            commit(group);
            committed.run();
        }
    }

    private void commit(List<OperationQueue.Entry> group) {
        try {
            write(group);
        } catch (Throwable e) {
            prepareAnew();
            if (!isOwnFault(e)) {
                faults.failed(e);
                fail(group, e);
            } else if (group.size() == 1) {
                fail(group, e);
            } else {
                group.forEach(entry -> commit(List.of(entry)));
            }
            return;
        }
        faults.worked();
        group.forEach(entry -> entry.done().complete(null));
    }

    private void write(List<OperationQueue.Entry> group) throws SQLException, DirTakenException {
        long start = System.nanoTime();
        statements.begin();
        boolean done = false;
        try {
            for (OperationQueue.Entry entry : group) {
                entry.operation().apply(statements);
            }
            statements.commit();
            done = true;
        } finally {
            if (!done) {
                rollback();
            }
        }
        commitLatency.update(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    private void rollback() {
        try {
            statements.rollback();
        } catch (SQLException e) {
            // SQLite has rolled back by itself, as it does when the disk is full; the first error is the one to tell.
            return;
        }
    }

    /** The driver closes a statement that failed, as on a full disk; it would fail for ever, long after there is room. */
    private void prepareAnew() {
        try {
            Statements fresh = new Statements(connection);
            statements.close();
            statements = fresh;
        } catch (SQLException e) {
            // Then the next write fails as well, and comes here again.
            return;
        }
    }

    private void fail(List<OperationQueue.Entry> group, Throwable reason) {
        failures.inc(group.size());
        Throwable failure = reason instanceof DirTakenException
                ? reason
                : new StoreException("the registry's store cannot be written: " + reason.getMessage(), reason);
        group.forEach(entry -> entry.done().completeExceptionally(failure));
    }

    private static boolean isOwnFault(Throwable e) {
        return e instanceof DirTakenException
                || e instanceof RuntimeException
                || (e instanceof SQLException s && Sqlite.isFaultOfTheStatement(s));
    }
}
