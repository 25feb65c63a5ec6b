package dev.mesosshuffle.store;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.BoundedCalls;
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

/** Writes changes, a group of them whole or not at all. Used by one thread, works on others. */
final class TransactionRunner {
    /** An executor's registration is waited for 5 s, and an operator who writes may hold it up for 3. */
    static final Duration LIMIT = Duration.ofSeconds(4);

    /** How long a registry of another port may be busy before it is asked without its lock. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Unequal, so that two services do not always meet again. */
    private static final int MAX_PAUSE_MICROS = 4_000;

    private final ConnectionSource connection;
    private final Supplier<@Nullable RegistryLostException> hindrance;
    private final PeerDatabases others;
    private final Duration limit;
    private final Timer commitLatency;

    private @Nullable Connection preparedOn;

    /** Null after a failure: the driver closes a statement that failed, and it would go on failing when there is room. */
    private @Nullable Statements statements;

    /**
     * Makes one.
     *
     * @param connection gives the connection, which may become another one when {@code hindrance} is asked
     * @param hindrance tells why nothing may be committed; asked before each transaction, on its thread
     * @param others the registries of other ports
     * @param limit how long a transaction is waited for
     * @param commitLatency how long transactions take
     */
    TransactionRunner(
            ConnectionSource connection,
            Supplier<@Nullable RegistryLostException> hindrance,
            PeerDatabases others,
            Duration limit,
            Timer commitLatency) {
        this.connection = connection;
        this.hindrance = hindrance;
        this.others = others;
        this.limit = limit;
        this.commitLatency = commitLatency;
    }

    /**
     * Commits a group.
     *
     * @return why nothing of it was written; null if all of it was
     */
    @Nullable
    Throwable write(List<OperationQueue.Entry> group) {
        return bounded(() -> {
            checkFile();
            commit(prepared(), group);
            // What was committed to a file that has lost its name is in the one that takes its place.
            checkFile();
        });
    }

    /**
     * Looks whether a registration could be written, but for the disk.
     *
     * @return why not; null if it could
     */
    @Nullable
    Throwable check(RegistrationOperation registration) {
        return bounded(() -> registration.check(prepared()));
    }

    /** Looks whether the file that is open is the registry still, and makes it so; for when there is nothing to write. */
    void verify() {
        var unused = bounded(this::checkFile);
    }

    private void checkFile() throws RegistryLostException {
        RegistryLostException lost = hindrance.get();
        if (lost != null) {
            throw lost;
        }
    }

    private interface Work {
        void run() throws SQLException, DirConflictException, RegistryLostException;
    }

    /**
     * Works on the disk, which may hang. What comes to an end later than it is waited for may be written or not: it is
     * written again then, which comes to the same.
     */
    private @Nullable Throwable bounded(Work work) {
        try {
            // One at a time: the statements are whose turn it is.
            others.calls()
                    .call(
                            others.own(),
                            limit,
                            () -> {
                                try {
                                    work.run();
                                    return Boolean.TRUE;
                                } catch (Throwable e) {
                                    prepareAnew();
                                    throw e;
                                }
                            },
                            late -> {});
            return null;
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        } catch (BoundedCalls.NoAnswerException e) {
            return e;
        }
    }

    /**
     * Looks whether another port's registry speaks against a registration, for one that is not written now.
     *
     * @return why it must be refused; null if nothing is known that does
     */
    @Nullable
    DirConflictException checkElsewhere(RegistrationOperation registration) {
        PeerOwner owner = others.conflict(registration.dirs());
        return owner == null ? null : DirConflictException.ofAnotherPort(owner);
    }

    private void commit(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException, DirConflictException {
        long start = System.nanoTime();
        boolean asksOthers = group.stream().anyMatch(entry -> entry.operation() instanceof RegistrationOperation)
                && !others.trustedFiles().isEmpty();
        List<StoredLocalDir> claims = asksOthers ? newClaims(prepared, group) : List.of();
        if (claims.isEmpty()) {
            commitAlone(prepared, group);
        } else {
            while (!commitUnderLocks(prepared, group, claims, System.nanoTime() - start >= PATIENCE.toNanos())) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(
                        ThreadLocalRandom.current().nextInt(MAX_PAUSE_MICROS)));
            }
        }
        commitLatency.update(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    /** What the group would make somebody's own: a dir that its application has already costs no look elsewhere. */
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

    private void commitAlone(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException, DirConflictException {
        prepared.begin();
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

    /** Our own lock first: it may have to be waited for. Returns whether the others' locks were to be had. */
    private boolean commitUnderLocks(
            Statements prepared, List<OperationQueue.Entry> group, List<StoredLocalDir> claims, boolean patient)
            throws SQLException, DirConflictException {
        prepared.begin();
        boolean done = false;
        try (PeerLocks locks = PeerLocks.take(others, claims, patient)) {
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

    private static void apply(Statements prepared, List<OperationQueue.Entry> group)
            throws SQLException, DirConflictException {
        for (OperationQueue.Entry entry : group) {
            entry.operation().apply(prepared);
        }
        prepared.commit();
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
        return e instanceof DirConflictException
                || e instanceof RuntimeException
                || (e instanceof SQLException s && Sqlite.isFaultOfTheStatement(s));
    }
}
