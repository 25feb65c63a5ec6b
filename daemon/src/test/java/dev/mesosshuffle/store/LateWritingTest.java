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
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer does while the file cannot be written, and after that. Time stands still unless a test moves it. */
class LateWritingTest {
    private static final int CAPACITY = 3;

    @TempDir
    Path temp;

    private final OperationQueue queue = new OperationQueue(10);
    private final Unwritten unwritten = new Unwritten(CAPACITY);
    private final Counter failures = new Counter();
    private final LogLines log = LogLines.of(StateStore.class);
    private Connection connection;
    private Writer writer;
    private long now = 42;

    @BeforeEach
    void open() throws Exception {
        StoreFixture.open(temp).close();
        connection = StoreFixture.asOperator(temp);
        writer = new Writer(
                queue,
                new Transactions(connection, new Timer()),
                unwritten,
                Reserve.at(temp.resolve("reserve")),
                new FaultLog("Writing", "make room"),
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
        assertThat(awaitFailure(commit(new Removal("app-1", List.of())))).isInstanceOf(StoreException.class);

        assertThat(failures.getCount()).isEqualTo(2);
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
        acknowledge(new Registration.OfApplication(new StoredApplication("app-1", 1L, null)));
        writable(true);
        now += Writer.RETRY.toNanos() - 1;

        assertThat(commit(new Registration.OfApplication(new StoredApplication("app-1", 2L, null))))
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
        acknowledge(new Removal("app-2", List.of(removal("app-2", "blockmgr-2"))));
        writable(false);

        assertThat(awaitFailure(commit(ofExecutor("app-3", "1", "blockmgr-1"))))
                .isInstanceOf(DirTakenException.class)
                .hasMessageContaining("belongs to another application");
        assertThat(awaitFailure(commit(ofExecutor("app-3", "1", "blockmgr-2"))))
                .isInstanceOf(DirTakenException.class)
                .hasMessageContaining("is being removed with application app-2");
        assertThat(commit(ofExecutor("app-3", "1", "blockmgr-3"))).isCompleted();
        assertThat(commit(ofExecutor("app-1", "2", "blockmgr-1"))).isCompleted();
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
                .hasMessageContaining("3 registrations, as many as are kept in memory, wait");

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
                .isEqualTo("INFO Writing works again; registrations that waited for it, now stored: 3");
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
                .isEqualTo(
                        "ERROR A registration that was served from memory cannot be stored: a bug; it is served until"
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
                        "ERROR Registrations that are lost, the last ones that this log tells of, since they were never stored: 2 (");
    }

    private void end() {
        queue.close();
        writer.run();
    }

    private void pass() {
        now += Writer.RETRY.toNanos();
    }

    private void writable(boolean writable) throws SQLException {
        execute(connection, "PRAGMA query_only = " + (writable ? 0 : 1));
    }

    private List<String> stored() throws SQLException {
        return query(connection, "SELECT app_id FROM applications");
    }

    private static Registration registration(Runnable attempt) {
        return new Registration() {
            @Override
            public String appId() {
                return "app";
            }

            @Override
            public void check(Statements statements) {}

            @Override
            public void apply(Statements statements) {
                attempt.run();
            }
        };
    }

    private static Registration application(String appId) {
        return new Registration.OfApplication(new StoredApplication(appId, null, null));
    }

    private static Registration ofExecutor(String appId, String execId, String dir) {
        StoredExecutor executor = executor(appId, execId, dir);
        return new Registration.OfExecutor(executor, owned(executor));
    }

    private void acknowledge(Operation operation) {
        assertThat(commit(operation)).isCompleted();
    }

    private CompletableFuture<Void> commit(Operation operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.commit(List.of(new OperationQueue.Entry(operation, done)));
        return done;
    }
}
