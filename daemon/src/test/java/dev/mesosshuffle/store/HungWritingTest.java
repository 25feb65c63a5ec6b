package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.owned;
import static dev.mesosshuffle.store.StoreFixture.query;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the writer does while the disk hangs in the middle of a transaction, and after that. */
class HungWritingTest {
    @TempDir
    Path temp;

    private final DeferredWrites deferred = new DeferredWrites(100, Long.MAX_VALUE);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private Connection connection;
    private StoreWriter writer;
    private long now = 42;

    @BeforeEach
    void open() throws Exception {
        StoreFixture.open(temp).close();
        connection = StoreFixture.asOperator(temp);
        writer = new StoreWriter(
                new OperationQueue(10),
                new TransactionRunner(
                        () -> connection,
                        () -> null,
                        PeerRegistries.of(temp, StoreFixture.PORT, List.of()).peers(),
                        Duration.ofMillis(100),
                        new Timer()),
                new StoreWriter.Acknowledged(deferred, new IntentIndex(List.of())),
                ReserveFile.at(temp.resolve("reserve")),
                () -> {},
                () -> now,
                new StoreWriter.FailureReports(
                        new OutageLogger(LoggerFactory.getLogger(StoreWriter.class), "Writing", "check its disk"),
                        new Counter()));
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void acknowledgesFromMemoryWhileItHangsAndWritesAllOnceItDoesNot() throws Exception {
        assertThat(commit(ofExecutor("app-1", "blockmgr-1"))).isCompleted();
        try (LogCapture log = LogCapture.ofPackages(StateStore.class)) {
            assertThat(awaitFailure(commit(hanging())))
                    .hasMessageContaining("did not respond within 100 ms; its disk may hang");

            assertThat(commit(new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1")))))
                    .isCompleted();
            assertThat(commit(ofExecutor("app-2", "blockmgr-2"))).isCompleted();
            assertThat(awaitFailure(commit(ofExecutor("app-2", "blockmgr-1"))))
                    .isInstanceOf(DirConflictException.class);
            now += StoreWriter.RETRY.toNanos();
            writer.commit(List.of());
            assertThat(deferred.size()).isEqualTo(2);
            assertThat(log.lines()).singleElement().asString().startsWith("ERROR Writing fails: ");

            released.countDown();
            ended.await();
            while (!deferred.isEmpty()) {
                now += StoreWriter.RETRY.toNanos();
                writer.commit(List.of());
            }
            assertThat(log.lines().get(1))
                    .endsWith("works again; deferred registrations and removals that are stored now: 2");
        }
        assertThat(query(connection, "SELECT app_id FROM applications ORDER BY 1"))
                .containsExactly("app-2", "late");
        assertThat(query(connection, "SELECT path FROM removals")).containsExactly("/data/blockmgr-1");
    }

    @Test
    void comesToTheSameIfWhatHungIsWrittenAfterAllAndThenAgain() throws Exception {
        assertThat(commit(ofExecutor("app-1", "blockmgr-1"))).isCompleted();
        RemovalOperation removal = new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1")));
        CompletableFuture<Void> removed = new CompletableFuture<>();
        CompletableFuture<Void> registered = new CompletableFuture<>();
        writer.commit(List.of(
                new OperationQueue.Entry(removal, removed),
                new OperationQueue.Entry(ofExecutor("app-1", "blockmgr-2"), registered),
                new OperationQueue.Entry(hanging(), new CompletableFuture<>())));
        assertThat(removed).isCompleted();
        assertThat(registered).isCompleted();

        released.countDown();
        ended.await();
        while (!deferred.isEmpty()) {
            now += StoreWriter.RETRY.toNanos();
            writer.commit(List.of());
        }
        assertThat(query(connection, "SELECT path FROM removals")).containsExactly("/data/blockmgr-1");
        assertThat(query(connection, "SELECT path FROM local_dirs")).containsExactly("/data/blockmgr-2");
    }

    private StoreOperation hanging() {
        return statements -> {
            try {
                released.await();
                statements.putApplication(new StoredApplication("late", null, null));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                ended.countDown();
            }
        };
    }

    private static RegistrationOperation ofExecutor(String appId, String dir) {
        RegisteredExecutor executor = executor(appId, "1", dir);
        return new RegistrationOperation.OfExecutor(executor, owned(executor));
    }

    private CompletableFuture<Void> commit(StoreOperation operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.commit(List.of(new OperationQueue.Entry(operation, done)));
        return done;
    }
}
