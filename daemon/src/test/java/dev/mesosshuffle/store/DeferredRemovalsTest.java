package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.awaitFailure;
import static dev.mesosshuffle.store.StoreFixture.execute;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.owned;
import static dev.mesosshuffle.store.StoreFixture.query;
import static dev.mesosshuffle.store.StoreFixture.removal;
import static dev.mesosshuffle.store.WriterFixture.application;
import static dev.mesosshuffle.store.WriterFixture.ofExecutor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Removals, and registrations of the same directories, while the file cannot be written, and after that. */
final class DeferredRemovalsTest {
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
    void acknowledgesRemovalsAndTheirEndsWhileTheFileCannotBeWritten() throws Exception {
        writer.acknowledge(ofExecutor("app-1", "1", "blockmgr-1", "blockmgr-2"));
        writer.acknowledge(ofExecutor("app-2", "1", "blockmgr-3"));
        writer.setWritable(false);

        writer.acknowledge(
                new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1"), removal("app-1", "blockmgr-2"))));
        writer.acknowledge(new RemovalEndOperation(StoreFixture.dir("blockmgr-1")));

        assertThat(writer.failures.getCount()).isZero();
        assertThat(writer.storedApplications()).containsExactly("app-1", "app-2");
        assertThat(log.lines()).hasSize(1);
        writer.setWritable(true);
        writer.passRetry();
        writer.retry();
        assertThat(writer.storedApplications()).containsExactly("app-2");
        assertThat(query(writer.connection, "SELECT path FROM removals")).containsExactly("/data/blockmgr-2");
        assertThat(query(writer.connection, "SELECT path FROM local_dirs")).containsExactly("/data/blockmgr-3");
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void keepsAcknowledgedRegistrationsOfAnApplicationWhoseRemovalDoesNotFit() throws Exception {
        RegistrationOperation registration = ofExecutor("app-1", "1", "blockmgr-1");
        RemovalOperation large = removalOf("app-1", 10);
        openWithRoomFor(large.heapBytes() - 1);
        writer.setWritable(false);
        writer.acknowledge(registration);

        assertThat(awaitFailure(writer.commit(large))).hasMessageContaining("no more is deferred beside 1 operations");

        writer.setWritable(true);
        writer.passRetry();
        writer.retry();
        assertThat(writer.storedApplications()).containsExactly("app-1");
    }

    @Test
    void defersARemovalInThePlaceOfTheRegistrationsThatItEnds() throws Exception {
        RegistrationOperation registration = ofExecutor("app-1", "1", "blockmgr-1");
        RemovalOperation large = removalOf("app-1", 10);
        openWithRoomFor(large.heapBytes());
        writer.setWritable(false);
        writer.acknowledge(registration);

        writer.acknowledge(large);

        assertThat(writer.deferred.bytes()).isEqualTo(large.heapBytes());
    }

    private void openWithRoomFor(long bytes) throws Exception {
        writer.close();
        writer = new WriterFixture(temp.resolve("small"), bytes);
    }

    private static RemovalOperation removalOf(String appId, int dirs) {
        return new RemovalOperation(
                appId,
                IntStream.rangeClosed(1, dirs)
                        .mapToObj(i -> removal(appId, "blockmgr-" + i))
                        .toList());
    }

    @Test
    void doesNotDeferRemovalsWhileAnotherProcessWrites() throws Exception {
        writer.acknowledge(application("app-1"));
        execute(writer.connection, "PRAGMA busy_timeout = 1");
        try (Connection operator = StoreFixture.asOperator(temp)) {
            execute(operator, "BEGIN IMMEDIATE");

            assertThat(awaitFailure(writer.commit(new RemovalOperation("app-1", List.of()))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("SQLITE_BUSY");
            assertThat(awaitFailure(writer.commit(new RemovalEndOperation(StoreFixture.dir("blockmgr-1")))))
                    .isInstanceOf(StoreException.class);
        }
        assertThat(writer.deferred.isEmpty()).isTrue();
    }

    @Test
    void refusesADirOfADeferredRemovalUntilItIsDeleted() throws Exception {
        writer.setWritable(false);
        writer.acknowledge(new RemovalOperation("app-1", List.of(removal("app-1", "spark-1/blockmgr-1"))));

        for (String dir : List.of("spark-1/blockmgr-1", "spark-1", "spark-1/blockmgr-1/blockmgr-2")) {
            assertThat(awaitFailure(writer.commit(ofExecutor("app-2", "1", dir))))
                    .isInstanceOf(DirConflictException.class)
                    .hasMessageContaining("is being removed with application app-1");
        }

        writer.acknowledge(new RemovalEndOperation(StoreFixture.dir("spark-1/blockmgr-1")));
        writer.acknowledge(ofExecutor("app-2", "2", "spark-1/blockmgr-1"));
    }

    @Test
    void writesARemovalBeforeLaterRegistrationsOfItsApplication() throws Exception {
        writer.acknowledge(ofExecutor("app-1", "1", "blockmgr-1"));
        writer.setWritable(false);
        writer.acknowledge(ofExecutor("app-1", "2", "blockmgr-2"));
        writer.acknowledge(
                new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1"), removal("app-1", "blockmgr-2"))));
        assertThat(writer.deferred.size()).as("what the removal makes needless").isEqualTo(1);
        writer.acknowledge(ofExecutor("app-1", "3", "blockmgr-3"));

        writer.setWritable(true);
        writer.passRetry();
        writer.retry();

        assertThat(query(writer.connection, "SELECT exec_id FROM executors")).containsExactly("3");
        assertThat(query(writer.connection, "SELECT path FROM local_dirs")).containsExactly("/data/blockmgr-3");
        assertThat(query(writer.connection, "SELECT path FROM removals")).hasSize(2);
    }

    @Test
    void registersWithoutTheFileWhileItCannotBeRead() throws Exception {
        writer.setWritable(false);
        writer.acknowledge(new RemovalOperation("app-1", List.of(removal("app-1", "blockmgr-1"))));

        writer.acknowledge(unreadable("app-2", "blockmgr-10"));
        assertThat(awaitFailure(writer.commit(unreadable("app-2", "blockmgr-1"))))
                .isInstanceOf(DirConflictException.class);
    }

    @Test
    void refusesRemovalsBeyondTheMaximum() throws Exception {
        writer.setWritable(false);
        for (int i = 0; i < WriterFixture.CAPACITY; i++) {
            writer.acknowledge(new RemovalOperation("app-" + i, List.of()));
        }

        assertThat(awaitFailure(writer.commit(new RemovalOperation("app-too-many", List.of()))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no more is deferred beside 3 operations");
    }

    /** As on a disk that returns only I/O errors. */
    private static RegistrationOperation unreadable(String appId, String dir) {
        return new RegistrationOperation() {
            @Override
            public long heapBytes() {
                return 0;
            }

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
}
