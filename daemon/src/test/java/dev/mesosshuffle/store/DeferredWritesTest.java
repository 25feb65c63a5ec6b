package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.execute;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.owned;
import static dev.mesosshuffle.store.StoreFixture.query;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredExecutor;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What the writer does while the file cannot be written, and after that. Time stands still unless a test moves it. */
class DeferredWritesTest {
    private static final int CAPACITY = 3;

    @TempDir
    Path temp;

    private final OperationQueue queue = new OperationQueue(10);
    private final DeferredWrites unwritten = new DeferredWrites(CAPACITY);
    private final Counter failures = new Counter();
    private final LogCapture log = LogCapture.ofPackages(StateStore.class);
    private Connection connection;
    private StoreWriter writer;
    private long now = 42;

    @BeforeEach
    void open() throws Exception {
        StoreFixture.open(temp).close();
        connection = StoreFixture.asOperator(temp);
        writer = new StoreWriter(
                queue,
                new TransactionRunner(
                        () -> connection,
                        () -> null,
                        PeerRegistries.of(temp, StoreFixture.PORT, List.of()).others(),
                        TransactionRunner.LIMIT,
                        new Timer()),
                unwritten,
                new IntentIndex(List.of()),
                ReserveFile.at(temp.resolve("reserve")),
                new OutageLogger(LoggerFactory.getLogger(StoreWriter.class), "Writing", "make room"),
                () -> {},
                () -> now,
                failures);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
        connection.close();
    }

    @Test
    void acknowledgesRegistrationsWhileTheFileCannotBeWritten() throws Exception {
        writable(false);

        acknowledge(application("app-1"));
        assertThat(commit(ofExecutor("app-1", "1", "blockmgr-1"))).isCompleted();

        assertThat(stored()).isEmpty();
        assertThat(unwritten.size()).isEqualTo(2);
        assertThat(failures.getCount()).isZero();
    }

    @Test
    void failsAllElseMeanwhile() throws Exception {
        acknowledge(application("app-1"));
        writable(false);

        assertThat(awaitFailure(commit(statements -> statements.putQuiet("app-1", 5))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("SQLITE_READONLY");

        assertThat(failures.getCount()).isEqualTo(1);
        assertThat(stored()).containsExactly("app-1");
    }

    @Test
    void writesWhatWaitsBeforeAnythingNewer() throws Exception {
        writable(false);
        acknowledge(application("app-1"));
        writable(true);
        pass();

        // Nothing comes of this unless the application is stored.
        assertThat(commit(statements -> statements.putQuiet("app-1", 5))).isCompleted();

        assertThat(query(connection, "SELECT app_id FROM quiet_times")).containsExactly("app-1");
        assertThat(unwritten.size()).isZero();
    }

    @Test
    void triesOnceASecondAndKeepsTheOrderUntilThen() throws Exception {
        writable(false);
        acknowledge(new RegistrationOperation.OfApplication(new StoredApplication("app-1", 1L, null)));
        writable(true);
        now += StoreWriter.RETRY.toNanos() - 1;

        assertThat(commit(new RegistrationOperation.OfApplication(new StoredApplication("app-1", 2L, null))))
                .isCompleted();
        assertThat(stored()).isEmpty();

        now++;
        writer.commit(List.of());
        assertThat(query(connection, "SELECT heartbeat_timeout_ms FROM applications"))
                .containsExactly("2");
    }

    @Test
    void refusesADirThatIsStillToBeDeletedOrBelongsToAnotherAndNoOther() throws Exception {
        acknowledge(ofExecutor("app-1", "1", "blockmgr-1"));
        acknowledge(new RemovalOperation("app-2", List.of(removal("app-2", "blockmgr-2"))));
        writable(false);

        assertThat(awaitFailure(commit(ofExecutor("app-3", "1", "blockmgr-1"))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("belongs to another application");
        assertThat(awaitFailure(commit(ofExecutor("app-3", "1", "blockmgr-2"))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("is being removed with application app-2");
        assertThat(commit(ofExecutor("app-3", "1", "blockmgr-3"))).isCompleted();
        assertThat(commit(ofExecutor("app-1", "2", "blockmgr-1"))).isCompleted();
    }

    @Test
    void acknowledgesRemovalsAndTheirEndsWhileTheFileCannotBeWritten() throws Exception {
        acknowledge(ofExecutor("app-1", "1", "blockmgr-1", "blockmgr-2"));
        acknowledge(ofExecutor("app-2", "1", "blockmgr-3"));
        writable(false);

        acknowledge(
                new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1"), removal("app-1", "blockmgr-2"))));
        acknowledge(new RemovalEndOperation(StoreFixture.dir("blockmgr-1")));

        assertThat(failures.getCount()).isZero();
        assertThat(stored()).containsExactly("app-1", "app-2");
        assertThat(log.lines()).hasSize(1);
        writable(true);
        pass();
        writer.commit(List.of());
        assertThat(stored()).containsExactly("app-2");
        assertThat(query(connection, "SELECT path FROM removals")).containsExactly("/data/blockmgr-2");
        assertThat(query(connection, "SELECT path FROM local_dirs")).containsExactly("/data/blockmgr-3");
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void doesNotRemoveFromMemoryWhileSomebodyElseJustWrites() throws Exception {
        acknowledge(application("app-1"));
        execute(connection, "PRAGMA busy_timeout = 1");
        try (Connection operator = StoreFixture.asOperator(temp)) {
            execute(operator, "BEGIN IMMEDIATE");

            assertThat(awaitFailure(commit(new RemovalOperation("app-1", List.of()))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("SQLITE_BUSY");
            assertThat(awaitFailure(commit(new RemovalEndOperation(StoreFixture.dir("blockmgr-1")))))
                    .isInstanceOf(StoreException.class);
        }
        assertThat(unwritten.isEmpty()).isTrue();
    }

    @Test
    void refusesADirOfARemovalThatWaitsUntilItIsDeleted() throws Exception {
        writable(false);
        acknowledge(new RemovalOperation("app-1", List.of(removal("app-1", "spark-1/blockmgr-1"))));

        for (String dir : List.of("spark-1/blockmgr-1", "spark-1", "spark-1/blockmgr-1/blockmgr-2")) {
            assertThat(awaitFailure(commit(ofExecutor("app-2", "1", dir))))
                    .isInstanceOf(DirConflictException.class)
                    .hasMessageContaining("is being removed with application app-1");
        }

        acknowledge(new RemovalEndOperation(StoreFixture.dir("spark-1/blockmgr-1")));
        acknowledge(ofExecutor("app-2", "2", "spark-1/blockmgr-1"));
    }

    @Test
    void writesARemovalBeforeWhatItsApplicationRegisteredAfterIt() throws Exception {
        acknowledge(ofExecutor("app-1", "1", "blockmgr-1"));
        writable(false);
        acknowledge(ofExecutor("app-1", "2", "blockmgr-2"));
        acknowledge(
                new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1"), removal("app-1", "blockmgr-2"))));
        assertThat(unwritten.size()).as("what the removal makes needless").isEqualTo(1);
        acknowledge(ofExecutor("app-1", "3", "blockmgr-3"));

        writable(true);
        pass();
        writer.commit(List.of());

        assertThat(query(connection, "SELECT exec_id FROM executors")).containsExactly("3");
        assertThat(query(connection, "SELECT path FROM local_dirs")).containsExactly("/data/blockmgr-3");
        assertThat(query(connection, "SELECT path FROM removals")).hasSize(2);
    }

    @Test
    void registersFromMemoryWhatTheFileCannotEvenBeAskedFor() throws Exception {
        writable(false);
        acknowledge(new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1"))));

        acknowledge(unreadable("app-2", "blockmgr-10"));
        assertThat(awaitFailure(commit(unreadable("app-2", "blockmgr-1")))).isInstanceOf(DirConflictException.class);
    }

    @Test
    void refusesMoreRemovalsThanItKeepsInMemory() throws Exception {
        writable(false);
        for (int i = 0; i < CAPACITY; i++) {
            acknowledge(new RemovalOperation("app-" + i, List.of()));
        }

        assertThat(awaitFailure(commit(new RemovalOperation("app-too-many", List.of()))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("3 changes, as many as are kept in memory, wait");
    }

    @Test
    void refusesMoreThanItKeepsInMemory() throws Exception {
        writable(false);
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(commit(application("app-" + i))).isCompleted();
        }

        assertThat(awaitFailure(commit(application("app-too-many"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("SQLITE_READONLY")
                .hasMessageContaining("3 changes, as many as are kept in memory, wait");

        writable(true);
        pass();
        writer.commit(List.of());
        assertThat(stored()).containsExactly("app-0", "app-1", "app-2");
    }

    @Test
    void tellsOfTheBeginningAndTheEndAndNothingInBetween() throws Exception {
        writable(false);
        for (int i = 0; i < CAPACITY; i++) {
            acknowledge(application("app-" + i));
            pass();
        }
        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0))
                .startsWith("ERROR Writing fails: [SQLITE_READONLY]")
                .endsWith("; make room");

        writable(true);
        writer.commit(List.of());
        acknowledge(application("app-later"));

        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1))
                .isEqualTo("INFO Writing works again; registrations and removals that waited for it, now stored: 3");
    }

    @Test
    void doesNotKeepInMemoryWhatFailsForReasonsThatDoNotPass() throws Exception {
        CompletableFuture<Void> broken = commit(registration(() -> {
            throw new OutOfMemoryError("none left");
        }));

        assertThat(awaitFailure(broken)).isInstanceOf(StoreException.class).hasMessageContaining("none left");
        assertThat(unwritten.isEmpty()).isTrue();
    }

    @Test
    void tellsOfARegistrationThatCannotBeStoredAfterAllAndGoesOn() throws Exception {
        acknowledge(application("app-0"));
        writable(false);
        acknowledge(registration(() -> {
            throw new IllegalStateException("a bug");
        }));
        acknowledge(application("app-2"));
        writable(true);
        pass();

        writer.commit(List.of());

        assertThat(stored()).containsExactly("app-0", "app-2");
        assertThat(log.lines()).hasSize(3);
        assertThat(log.lines().get(1))
                .isEqualTo("ERROR A change that was acknowledged from memory cannot be stored: a bug; it holds until"
                        + " this process ends");
    }

    @Test
    void writesWhatWaitsWhenItEnds() throws Exception {
        writable(false);
        acknowledge(application("app-1"));
        writable(true);

        end();

        assertThat(stored()).containsExactly("app-1");
        assertThat(log.lines().get(1)).startsWith("INFO Writing works again");
    }

    @Test
    void tellsWhatIsLostWhenItEnds() throws Exception {
        writable(false);
        acknowledge(application("app-1"));
        acknowledge(application("app-2"));

        end();

        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1))
                .startsWith(
                        "ERROR Registrations and removals that are lost, the last ones that this log tells of, since they were never stored: 2 (");
    }

    private void end() {
        queue.close();
        writer.run();
    }

    private void pass() {
        now += StoreWriter.RETRY.toNanos();
    }

    private void writable(boolean writable) throws SQLException {
        execute(connection, "PRAGMA query_only = " + (writable ? 0 : 1));
    }

    private List<String> stored() throws SQLException {
        return query(connection, "SELECT app_id FROM applications");
    }

    private static RegistrationOperation registration(Runnable attempt) {
        return new RegistrationOperation() {
            @Override
            public String appId() {
                return "app";
            }

            @Override
            public List<StoredLocalDir> dirs() {
                return List.of();
            }

            @Override
            public void check(Statements statements) {}

            @Override
            public void apply(Statements statements) {
                attempt.run();
            }
        };
    }

    private static RegistrationOperation application(String appId) {
        return new RegistrationOperation.OfApplication(new StoredApplication(appId, null, null));
    }

    /** As on a disk that gives nothing but I/O errors. */
    private static RegistrationOperation unreadable(String appId, String dir) {
        return new RegistrationOperation() {
            @Override
            public String appId() {
                return appId;
            }

            @Override
            public List<StoredLocalDir> dirs() {
                return owned(executor(appId, "1", dir));
            }

            @Override
            public void check(Statements statements) throws SQLException {
                throw new SQLiteException("broken", SQLiteErrorCode.SQLITE_IOERR_READ);
            }

            @Override
            public void apply(Statements statements) throws SQLException {
                check(statements);
            }
        };
    }

    private static RegistrationOperation ofExecutor(String appId, String execId, String... dirs) {
        StoredExecutor executor = executor(appId, execId, dirs);
        return new RegistrationOperation.OfExecutor(executor, owned(executor));
    }

    private void acknowledge(StoreOperation operation) {
        assertThat(commit(operation)).isCompleted();
    }

    private CompletableFuture<Void> commit(StoreOperation operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.commit(List.of(new OperationQueue.Entry(operation, done)));
        return done;
    }
}
