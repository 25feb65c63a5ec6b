package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.execute;
import static dev.mesosshuffle.store.StoreFixture.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Runs the writer on the test's own thread: it ends when the queue is closed and empty. */
class StoreWriterTest {
    @TempDir
    Path temp;

    private final OperationQueue queue = new OperationQueue(10_000);
    private final Timer latency = new Timer();
    private final Counter failures = new Counter();
    private Connection connection;
    private StoreWriter writer;
    private int commits;

    @BeforeEach
    void open() throws Exception {
        StoreFixture.open(temp).close();
        connection = StoreFixture.asOperator(temp);
        writer = new StoreWriter(
                queue,
                new TransactionRunner(
                        () -> connection,
                        () -> null,
                        PeerRegistries.of(temp, StoreFixture.PORT, List.of()).peers(),
                        TransactionRunner.LIMIT,
                        latency),
                new StoreWriter.Acknowledged(new DeferredWrites(10_000, Long.MAX_VALUE), new IntentIndex(List.of())),
                ReserveFile.at(temp.resolve("reserve")),
                () -> commits++,
                System::nanoTime,
                new StoreWriter.FailureReports(
                        new OutageLogger(
                                LoggerFactory.getLogger(StoreWriter.class), "Writing", "nothing is registered"),
                        failures));
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void commitsAllThatWaitsInOneTransaction() throws Exception {
        CompletableFuture<Void> one = add(putApplication("app-1"));
        CompletableFuture<Void> two = add(putApplication("app-2"));

        run();

        assertThat(one).isCompleted();
        assertThat(two).isCompleted();
        assertThat(commits).isEqualTo(1);
        assertThat(latency.getCount()).isEqualTo(1);
        assertThat(query(connection, "SELECT app_id FROM applications")).containsExactly("app-1", "app-2");
    }

    @Test
    void doesNotLetTheFirstOfAFloodWaitForTheLast() throws Exception {
        for (int i = 0; i < 200; i++) {
            addUnseen(putApplication("app-" + i));
        }

        run();

        assertThat(commits).isEqualTo(2);
        assertThat(query(connection, "SELECT count(*) FROM applications")).containsExactly("200");
    }

    @Test
    void failsAloneWhatFailsByItself() throws Exception {
        CompletableFuture<Void> before = add(putApplication("app-1"));
        CompletableFuture<Void> atFault = add(statements -> {
            statements.putApplication(new StoredApplication("half", null, null));
            throw new IllegalStateException("a bug");
        });
        CompletableFuture<Void> after = add(putApplication("app-2"));

        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            run();
            assertThat(log.lines()).isEmpty();
        }

        assertThat(before).isCompleted();
        assertThat(awaitFailure(atFault)).isInstanceOf(StoreException.class).hasMessageContaining("a bug");
        assertThat(after).isCompleted();
        assertThat(query(connection, "SELECT app_id FROM applications")).containsExactly("app-1", "app-2");
        assertThat(failures.getCount()).isEqualTo(1);
    }

    @Test
    void failsTheWholeGroupWhenTheFileCannotBeWritten() throws Exception {
        execute(connection, "PRAGMA query_only = 1");
        CompletableFuture<Void> one = add(putApplication("app-1"));
        CompletableFuture<Void> two = add(putApplication("app-2"));

        run();

        assertThat(awaitFailure(one)).isInstanceOf(StoreException.class).hasMessageContaining("SQLITE_READONLY");
        assertThat(awaitFailure(two)).isInstanceOf(StoreException.class);
        assertThat(failures.getCount()).isEqualTo(2);
    }

    @Test
    void writesAgainWhenThereIsRoomAfterTheDiskWasFull() throws Exception {
        int group = 128;
        CompletableFuture<Void> first = add(statements -> limitPages(10));
        for (int i = 1; i < group; i++) {
            addUnseen(putApplication("app-" + i + "-" + "x".repeat(400)));
        }
        CompletableFuture<Void> later = add(statements -> {
            limitPages(1_000_000);
            statements.putApplication(new StoredApplication("app-later", null, null));
        });

        run();

        assertThat(first).isCompletedExceptionally();
        assertThat(failures.getCount()).isEqualTo(group);
        assertThat(later).isCompleted();
        assertThat(query(connection, "SELECT app_id FROM applications")).containsExactly("app-later");
    }

    private void limitPages(int pages) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA max_page_count = " + pages);
        }
    }

    @Test
    void tellsOnceThatWritingFailsAndOnceThatItWorksAgain() throws Exception {
        addUnseen(statements -> {
            statements.putApplication(new StoredApplication("app", null, null));
            throw full();
        });
        // Enough to fill a group, so that the next one is another.
        for (int i = 1; i < 128; i++) {
            addUnseen(putApplication("app-" + i));
        }
        addUnseen(statements -> {
            throw full();
        });
        for (int i = 1; i < 128; i++) {
            addUnseen(putApplication("app-" + i));
        }
        addUnseen(putApplication("app"));

        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            run();

            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).isEqualTo("ERROR Writing fails: disk full; nothing is registered");
            assertThat(log.lines().get(1)).isEqualTo("INFO Writing works again");
        }
        assertThat(query(connection, "SELECT app_id FROM applications")).containsExactly("app");
    }

    @Test
    void survivesAnErrorOfTheMachine() throws Exception {
        CompletableFuture<Void> broken = add(statements -> {
            throw new OutOfMemoryError("none left");
        });

        run();

        assertThat(awaitFailure(broken)).isInstanceOf(StoreException.class);
    }

    private static SQLException full() {
        return new SQLiteException("disk full", SQLiteErrorCode.SQLITE_FULL);
    }

    private static StoreOperation putApplication(String appId) {
        return statements -> statements.putApplication(new StoredApplication(appId, null, null));
    }

    private void addUnseen(StoreOperation operation) throws StoreException {
        var unused = add(operation);
    }

    private CompletableFuture<Void> add(StoreOperation operation) throws StoreException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        queue.add(new OperationQueue.Entry(operation, done));
        return done;
    }

    private void run() {
        queue.close();
        writer.run();
    }
}
