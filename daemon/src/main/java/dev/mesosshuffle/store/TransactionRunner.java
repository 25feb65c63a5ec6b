package dev.mesosshuffle.store;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.concurrent.CallTimeoutException;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.database.ConnectionSource;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerDatabases;
import dev.mesosshuffle.peers.PeerLocks;
import dev.mesosshuffle.peers.PeerOwner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits groups of operations, each group in one transaction.
 *
 * <p><b>Concurrency:</b> used by the writer; runs on threads of a {@link dev.mesosshuffle.concurrent.TimeLimiter}.
 */
final class TransactionRunner {
    private static final Logger logger = LoggerFactory.getLogger(TransactionRunner.class);

    /** An executor waits 5 s for its registration, and an operator who writes may delay it by 3 s. */
    static final Duration LIMIT = Duration.ofSeconds(4);

    /** How long a registry of another port may be busy before it is queried without its lock. */
    private static final Duration MAX_LOCK_WAIT = Duration.ofSeconds(1);

    /** Unequal, so that two services do not always meet again. */
    private static final int MAX_PAUSE_MICROS = 4_000;

    private final ConnectionSource connection;
    private final Supplier<@Nullable RegistryLostException> fileCheck;
    private final PeerDatabases peers;
    private final Duration limit;
    private final Timer commitLatency;

    /** Whether the last group is committed. Written on the thread of the transaction, which ends before it is read. */
    private volatile boolean committed;

    /** Whether a transaction may be open. Of that thread too. */
    private boolean begun;

    private @Nullable Connection preparedOn;

    /** Null after a failure: the driver closes a statement that failed, and it would fail again when there is space. */
    private @Nullable Statements statements;

    /**
     * Creates a runner.
     *
     * @param connection gives the connection, which {@code fileCheck} may replace
     * @param fileCheck returns why nothing may be committed or acknowledged, null if it may; called before and after each
     *     transaction, on its thread
     * @param peers the registries of other ports
     * @param limit how long to wait for a transaction
     * @param commitLatency measures transactions
     */
    TransactionRunner(
            ConnectionSource connection,
            Supplier<@Nullable RegistryLostException> fileCheck,
            PeerDatabases peers,
            Duration limit,
            Timer commitLatency) {
        this.connection = connection;
        this.fileCheck = fileCheck;
        this.peers = peers;
        this.limit = limit;
        this.commitLatency = commitLatency;
    }

    /**
     * Commits a group, whole or not at all.
     *
     * @return why nothing of it was written; null if all of it was
     */
    @Nullable
    Throwable write(List<OperationQueue.Entry> group) {
        committed = false;
        Throwable failure = bounded(() -> {
            checkFile();
            commit(prepared(), group);
            // If the file was replaced meanwhile, the check has written this commit to the new one.
            checkFile();
        });
        if (committed && failure instanceof OutOfMemoryError shortage) {
            // What follows a commit, such as its measurement, is not what was waited for.
            HeapShortage.survived(shortage);
            return null;
        }
        return failure;
    }

    /**
     * Checks whether only the disk keeps a registration from being written.
     *
     * @return why not; null if it could
     */
    @Nullable
    Throwable check(RegistrationOperation registration) {
        return bounded(() -> registration.check(prepared()));
    }

    /** Checks, while there is nothing to write, that the open file is still the registry, and restores it if not. */
    void verify() {
        var unused = bounded(this::checkFile);
    }

    private void checkFile() throws RegistryLostException {
        RegistryLostException lost = fileCheck.get();
        if (lost != null) {
            throw lost;
        }
    }

    private interface Work {
        void run() throws SQLException, DirConflictException, RegistryLostException;
    }

    /**
     * Works on the disk, which may hang. A transaction that exceeds the limit may take effect or not; it is written again
     * then, which has the same effect.
     */
    private @Nullable Throwable bounded(Work work) {
        try {
            // One at a time: the statements belong to the call that runs.
            peers.limiter()
                    .call(
                            peers.own(),
                            limit,
                            () -> {
                                try {
                                    work.run();
                                    return Boolean.TRUE;
                                } catch (Throwable e) {
                                    discardStatements();
                                    throw e;
                                }
                            },
                            late -> {});
            return null;
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        } catch (CallTimeoutException e) {
            return e;
        }
    }

    /**
     * Checks a registration that is not written now against the registries of other ports.
     *
     * @return why it must be rejected; null if no conflict is known
     */
    @Nullable
    DirConflictException checkPeers(RegistrationOperation registration) {
        PeerOwner owner = peers.conflict(registration.dirs());
        return owner == null ? null : DirConflictException.ofAnotherPort(owner);
    }

    private void commit(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException, DirConflictException {
        long start = System.nanoTime();
        boolean checkPeers = group.stream().anyMatch(entry -> entry.operation() instanceof RegistrationOperation)
                && !peers.trustedFiles().isEmpty();
        List<StoredLocalDir> claims = checkPeers ? newClaims(prepared, group) : List.of();
        if (claims.isEmpty()) {
            commitAlone(prepared, group);
        } else {
            while (!commitUnderLocks(prepared, group, claims, System.nanoTime() - start >= MAX_LOCK_WAIT.toNanos())) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(
                        ThreadLocalRandom.current().nextInt(MAX_PAUSE_MICROS)));
            }
        }
        commitLatency.update(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    /** The directories that the group would claim and that have no owner yet; only these are checked against other ports. */
    private static List<StoredLocalDir> newClaims(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException {
        List<StoredLocalDir> claims = new ArrayList<>();
        for (OperationQueue.Entry entry : group) {
            if (entry.operation() instanceof RegistrationOperation registration) {
                for (StoredLocalDir dir : registration.dirs()) {
                    if (!prepared.isOwned(dir.dir())) {
                        claims.add(dir);
                    }
                }
            }
        }
        return claims;
    }

    /** After a rollback for which there was no memory, that comes first; else nothing could be written any more. */
    private void begin(Statements prepared) throws SQLException {
        if (begun) {
            rollBackAgain();
        }
        try {
            prepared.begin();
            begun = true;
        } catch (Error e) {
            // Nobody knows how far it came.
            begun = true;
            throw e;
        }
    }

    /** By a statement of its own: if no transaction is open after all, the driver closes the one that fails. */
    private void rollBackAgain() {
        try {
            Sqlite.execute(connection.get(), "ROLLBACK");
        } catch (SQLException e) {
            logger.debug("No transaction was open", e);
        }
        begun = false;
    }

    private void commitAlone(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException, DirConflictException {
        begin(prepared);
        boolean done = false;
        try {
            apply(prepared, group);
            done = true;
        } finally {
            if (!done) {
                rollback(prepared);
            }
        }
    }

    /** Takes our own lock first, which may have to be waited for. Returns whether the peers' locks were available. */
    private boolean commitUnderLocks(
            Statements prepared, List<OperationQueue.Entry> group, List<StoredLocalDir> claims, boolean withoutBusy)
            throws SQLException, DirConflictException {
        begin(prepared);
        boolean done = false;
        try (PeerLocks locks = PeerLocks.acquire(peers, claims, withoutBusy)) {
            locks.check();
            apply(prepared, group);
            done = true;
            return true;
        } catch (PeerLocks.BusyException e) {
            return false;
        } finally {
            if (!done) {
                rollback(prepared);
            }
        }
    }

    private void apply(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException, DirConflictException {
        for (OperationQueue.Entry entry : group) {
            entry.operation().apply(prepared);
        }
        prepared.commit();
        committed = true;
        begun = false;
    }

    private void rollback(Statements prepared) {
        try {
            prepared.rollback();
        } catch (SQLException e) {
            // SQLite has rolled back by itself, as it does when the disk is full; the first error is the one to report.
            logger.debug("It was rolled back before", e);
        }
        begun = false;
    }

    private Statements prepared() throws SQLException {
        Connection current = connection.get();
        if (current != preparedOn) {
            discardStatements();
        }
        if (statements == null) {
            statements = new Statements(current);
            preparedOn = current;
        }
        return statements;
    }

    private void discardStatements() {
        if (statements == null) {
            return;
        }
        try {
            statements.close();
        } catch (SQLException e) {
            // They are discarded either way.
        }
        statements = null;
    }

    /** Whether an operation would fail again while others succeed. */
    static boolean isRejected(Throwable e) {
        return e instanceof DirConflictException
                || e instanceof RuntimeException
                || (e instanceof SQLException s && Sqlite.isStatementError(s));
    }
}
