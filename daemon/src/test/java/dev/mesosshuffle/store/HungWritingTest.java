package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.owned;
import static dev.mesosshuffle.store.StoreFixture.query;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Timer;
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

/** What the writer does while the disk hangs in the middle of a transaction, and after that. */
class HungWritingTest {
    @TempDir
    Path temp;

    private final Unwritten unwritten = new Unwritten(100);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private Connection connection;
    private Writer writer;
    private long now = 42;

    @BeforeEach
    void open() throws Exception {
        StoreFixture.open(temp).close();
        connection = StoreFixture.asOperator(temp);
        writer = new Writer(
                new OperationQueue(10),
                new Transactions(
                        () -> connection,
                        () -> null,
                        Registries.of(temp, StoreFixture.PORT, List.of()).others(),
                        Duration.ofMillis(100),
                        new Timer()),
                unwritten,
                new IntentIndex(List.of()),
                Reserve.at(temp.resolve("reserve")),
                new FaultLog("Writing", "look at its disk"),
                () -> {},
                () -> now,
                new Counter());
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void acknowledgesFromMemoryWhileItHangsAndWritesAllOnceItDoesNot() throws Exception {
        assertThat(commit(ofExecutor("app-1", "blockmgr-1"))).isCompleted();
        try (LogLines log = LogLines.of(StateStore.class)) {
            assertThat(awaitFailure(commit(hanging()))).hasMessageContaining("does not answer; its disk may hang");

            assertThat(commit(new Removal("app-1", List.of(removal("app-1", "blockmgr-1")))))
                    .isCompleted();
            assertThat(commit(ofExecutor("app-2", "blockmgr-2"))).isCompleted();
            assertThat(awaitFailure(commit(ofExecutor("app-2", "blockmgr-1")))).isInstanceOf(DirTakenException.class);
            now += Writer.RETRY.toNanos();
            writer.commit(List.of());
            assertThat(unwritten.size()).isEqualTo(2);
            assertThat(log.lines()).singleElement().asString().startsWith("ERROR Writing fails: ");

            released.countDown();
            ended.await();
            while (!unwritten.isEmpty()) {
                now += Writer.RETRY.toNanos();
                writer.commit(List.of());
            }
            assertThat(log.lines().get(1))
                    .endsWith("works again; registrations and removals that waited for it, now stored: 2");
        }
        assertThat(query(connection, "SELECT app_id FROM applications ORDER BY 1"))
                .containsExactly("app-2", "late");
        assertThat(query(connection, "SELECT path FROM removals")).containsExactly("/data/blockmgr-1");
    }

    @Test
    void comesToTheSameIfWhatHungIsWrittenAfterAllAndThenAgain() throws Exception {
        assertThat(commit(ofExecutor("app-1", "blockmgr-1"))).isCompleted();
        Removal removal = new Removal("app-1", List.of(removal("app-1", "blockmgr-1")));
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
        while (!unwritten.isEmpty()) {
            now += Writer.RETRY.toNanos();
            writer.commit(List.of());
        }
        assertThat(query(connection, "SELECT path FROM removals")).containsExactly("/data/blockmgr-1");
        assertThat(query(connection, "SELECT path FROM local_dirs")).containsExactly("/data/blockmgr-2");
    }

    private Operation hanging() {
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

    private static Registration ofExecutor(String appId, String dir) {
        StoredExecutor executor = executor(appId, "1", dir);
        return new Registration.OfExecutor(executor, owned(executor));
    }

    private CompletableFuture<Void> commit(Operation operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        writer.commit(List.of(new OperationQueue.Entry(operation, done)));
        return done;
    }
}
