package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.query;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static dev.mesosshuffle.store.WriterFixture.application;
import static dev.mesosshuffle.store.WriterFixture.ofExecutor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations while the file cannot be written, and after that. Time stands still unless a test moves it. */
final class DeferredWritesTest {
    @TempDir
    Path temp;

    private final LogCapture log = LogCapture.ofPackages(StateStore.class);
    private WriterFixture writer;

    @BeforeEach
    void open() throws Exception {
        writer = new WriterFixture(temp);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
        writer.close();
    }

    @Test
    void acknowledgesRegistrationsWhileTheFileCannotBeWritten() throws Exception {
        writer.setWritable(false);

        writer.acknowledge(application("app-1"));
        assertThat(writer.commit(ofExecutor("app-1", "1", "blockmgr-1"))).isCompleted();

        assertThat(writer.storedApplications()).isEmpty();
        assertThat(writer.deferred.size()).isEqualTo(2);
        assertThat(writer.failures.getCount()).isZero();
    }

    @Test
    void failsEveryOtherOperationMeanwhile() throws Exception {
        writer.acknowledge(application("app-1"));
        writer.setWritable(false);

        assertThat(awaitFailure(writer.commit(statements -> statements.putIdleTime("app-1", 5))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("SQLITE_READONLY");

        assertThat(writer.failures.getCount()).isEqualTo(1);
        assertThat(writer.storedApplications()).containsExactly("app-1");
    }

    @Test
    void writesDeferredOperationsBeforeNewerOnes() throws Exception {
        writer.setWritable(false);
        writer.acknowledge(application("app-1"));
        writer.setWritable(true);
        writer.passRetry();

        // Nothing comes of this unless the application is stored.
        assertThat(writer.commit(statements -> statements.putIdleTime("app-1", 5)))
                .isCompleted();

        assertThat(query(writer.connection, "SELECT app_id FROM quiet_times")).containsExactly("app-1");
        assertThat(writer.deferred.size()).isZero();
    }

    @Test
    void retriesOnceASecondAndKeepsTheOrder() throws Exception {
        writer.setWritable(false);
        writer.acknowledge(new RegistrationOperation.OfApplication(new StoredApplication("app-1", 1L, null)));
        writer.setWritable(true);
        writer.now += StoreWriter.RETRY.toNanos() - 1;

        assertThat(writer.commit(new RegistrationOperation.OfApplication(new StoredApplication("app-1", 2L, null))))
                .isCompleted();
        assertThat(writer.storedApplications()).isEmpty();

        writer.now++;
        writer.retry();
        assertThat(query(writer.connection, "SELECT heartbeat_timeout_ms FROM applications"))
                .containsExactly("2");
    }

    @Test
    void refusesOnlyDirsThatAreBeingRemovedOrBelongToAnother() throws Exception {
        writer.acknowledge(ofExecutor("app-1", "1", "blockmgr-1"));
        writer.acknowledge(new RemovalOperation("app-2", List.of(removal("app-2", "blockmgr-2"))));
        writer.setWritable(false);

        assertThat(awaitFailure(writer.commit(ofExecutor("app-3", "1", "blockmgr-1"))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("belongs to another application");
        assertThat(awaitFailure(writer.commit(ofExecutor("app-3", "1", "blockmgr-2"))))
                .isInstanceOf(DirConflictException.class)
                .hasMessageContaining("is being removed with application app-2");
        assertThat(writer.commit(ofExecutor("app-3", "1", "blockmgr-3"))).isCompleted();
        assertThat(writer.commit(ofExecutor("app-1", "2", "blockmgr-1"))).isCompleted();
    }

    @Test
    void refusesRegistrationsBeyondTheMaximum() throws Exception {
        writer.setWritable(false);
        for (int i = 0; i < WriterFixture.CAPACITY; i++) {
            assertThat(writer.commit(application("app-" + i))).isCompleted();
        }

        assertThat(awaitFailure(writer.commit(application("app-too-many"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("SQLITE_READONLY")
                .hasMessageContaining("no more is deferred beside 3 operations");

        writer.setWritable(true);
        writer.passRetry();
        writer.retry();
        assertThat(writer.storedApplications()).containsExactly("app-0", "app-1", "app-2");
    }

    @Test
    void logsOnlyTheStartAndTheEndOfAnOutage() throws Exception {
        writer.setWritable(false);
        for (int i = 0; i < WriterFixture.CAPACITY; i++) {
            writer.acknowledge(application("app-" + i));
            writer.passRetry();
        }
        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0))
                .startsWith("ERROR Writing fails: [SQLITE_READONLY]")
                .endsWith("; make room");

        writer.setWritable(true);
        writer.retry();
        writer.acknowledge(application("app-later"));

        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1))
                .isEqualTo("INFO Writing works again; deferred registrations and removals that are stored now: 3");
    }

    @Test
    void doesNotDeferWhatFailsForAnotherReason() throws Exception {
        CompletableFuture<Void> broken = writer.commit(registration(() -> {
            throw new OutOfMemoryError("none left");
        }));

        assertThat(awaitFailure(broken)).isInstanceOf(StoreException.class).hasMessageContaining("none left");
        assertThat(writer.deferred.isEmpty()).isTrue();
    }

    @Test
    void logsADeferredRegistrationThatIsRejectedAndContinues() throws Exception {
        writer.acknowledge(application("app-0"));
        writer.setWritable(false);
        writer.acknowledge(registration(() -> {
            throw new IllegalStateException("a bug");
        }));
        writer.acknowledge(application("app-2"));
        writer.setWritable(true);
        writer.passRetry();

        writer.retry();

        assertThat(writer.storedApplications()).containsExactly("app-0", "app-2");
        assertThat(log.lines()).hasSize(3);
        assertThat(log.lines().get(1))
                .isEqualTo(
                        "ERROR An operation that was acknowledged before it was stored cannot be stored: a bug; it is in effect until"
                                + " this process ends");
    }

    @Test
    void writesDeferredOperationsWhenItCloses() throws Exception {
        writer.setWritable(false);
        writer.acknowledge(application("app-1"));
        writer.setWritable(true);

        writer.end();

        assertThat(writer.storedApplications()).containsExactly("app-1");
        assertThat(log.lines().get(1)).startsWith("INFO Writing works again");
    }

    @Test
    void logsWhatIsLostWhenItCloses() throws Exception {
        writer.setWritable(false);
        writer.acknowledge(application("app-1"));
        writer.acknowledge(application("app-2"));

        writer.end();

        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1))
                .startsWith(
                        "ERROR Registrations and removals are lost because they could never be stored: 2, the last ones in this log (");
    }

    private static RegistrationOperation registration(Runnable attempt) {
        return new RegistrationOperation() {
            @Override
            public long heapBytes() {
                return 0;
            }

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
}
