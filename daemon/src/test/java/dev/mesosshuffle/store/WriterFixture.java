package dev.mesosshuffle.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.PeerRegistries;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/** A writer on the caller's thread, its clock, and a file that can be made read-only. */
final class WriterFixture implements AutoCloseable {
    /** The maximum number of deferred operations. */
    static final int CAPACITY = 3;

    final DeferredWrites deferred;
    final Counter failures = new Counter();
    final Connection connection;
    long now = 42;
    /** Runs before and after each transaction. */
    Runnable onFileCheck = () -> {};

    /** What happens before a rollback. */
    Runnable onRollback = () -> {};

    private final Connection seen;
    private final OperationQueue queue = new OperationQueue(10);
    private final StoreWriter writer;

    WriterFixture(Path stateDir) throws Exception {
        this(stateDir, Long.MAX_VALUE);
    }

    WriterFixture(Path stateDir, long maxDeferredBytes) throws Exception {
        deferred = new DeferredWrites(CAPACITY, maxDeferredBytes);
        StoreFixture.open(stateDir).close();
        connection = StoreFixture.asOperator(stateDir);
        seen = observed(Connection.class, connection);
        writer = new StoreWriter(
                queue,
                new TransactionRunner(
                        () -> seen,
                        () -> {
                            onFileCheck.run();
                            return null;
                        },
                        PeerRegistries.of(stateDir, StoreFixture.PORT, List.of())
                                .peers(),
                        TransactionRunner.LIMIT,
                        new Timer()),
                new StoreWriter.Acknowledged(deferred, new IntentIndex(List.of())),
                ReserveFile.at(stateDir.resolve("reserve")),
                () -> {},
                () -> now,
                new StoreWriter.FailureReports(
                        new OutageLogger(LoggerFactory.getLogger(StoreWriter.class), "Writing", "make room"),
                        failures));
    }

    /** Tells before a rollback is made. */
    private <T> T observed(Class<T> type, T observed) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        Object result = method.invoke(observed, arguments);
                        boolean isRollback = method.getName().equals("prepareStatement")
                                && String.valueOf(arguments[0]).startsWith("ROLLBACK");
                        return isRollback ? observedRollback((PreparedStatement) result) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private PreparedStatement observedRollback(PreparedStatement statement) {
        return (PreparedStatement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (self, method, arguments) -> {
                    if (method.getName().equals("executeUpdate")) {
                        onRollback.run();
                    }
                    try {
                        return method.invoke(statement, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    static RegistrationOperation application(String appId) {
        return new RegistrationOperation.OfApplication(new StoredApplication(appId, null, null));
    }

    static RegistrationOperation ofExecutor(String appId, String execId, String... dirs) {
        RegisteredExecutor executor = StoreFixture.executor(appId, execId, dirs);
        return new RegistrationOperation.OfExecutor(executor, StoreFixture.owned(executor));
    }

    CompletableFuture<Void> commit(StoreOperation operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.commit(List.of(new OperationQueue.Entry(operation, done)));
        return done;
    }

    void acknowledge(StoreOperation operation) {
        assertThat(commit(operation)).isCompleted();
    }

    /** Writes what is deferred, if it is time to. */
    void retry() {
        writer.commit(List.of());
    }

    void passRetry() {
        now += StoreWriter.RETRY.toNanos();
    }

    void setWritable(boolean writable) throws SQLException {
        StoreFixture.execute(connection, "PRAGMA query_only = " + (writable ? 0 : 1));
    }

    List<String> storedApplications() throws SQLException {
        return StoreFixture.query(connection, "SELECT app_id FROM applications");
    }

    /** Runs the writer with a closed queue. */
    void end() {
        queue.close();
        writer.run();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
