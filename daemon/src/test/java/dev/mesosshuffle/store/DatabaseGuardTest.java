package dev.mesosshuffle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.database.NamedFileIdentity;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is committed is found under the registry's name, whatever somebody does to its files. */
class DatabaseGuardTest {
    private static final String DB = "registry-7337.db";

    @TempDir
    Path temp;

    private final AtomicLong time = new AtomicLong(-5);
    private final Counter rewrites = new Counter();
    private final List<Connection> closed = new ArrayList<>();
    private final LogCapture log = LogCapture.named("dev.mesosshuffle.store", "dev.mesosshuffle.database");
    private Path stateDir;
    private StoreFiles files;
    private StoreLock lock;
    private ReserveFile reserve;
    private DatabaseGuard guard;
    private TransactionRunner transactions;

    @BeforeEach
    void open() throws Exception {
        stateDir = temp.resolve("state");
        files = StoreFiles.of(stateDir, StoreFixture.PORT);
        lock = StoreOpener.lock(files, StoreFixture.PORT);
        reserve = ReserveFile.at(files.reserve());
        reserve.refillIfSpaceAllows();
        OpenDatabase database = OpenDatabase.open(files, StoreFixture.CLOCK, reserve);
        guard = new DatabaseGuard(
                files, lock, reserve, database, StoreFixture.CLOCK, rewrites, this::useForCheckpoints);
        transactions = new TransactionRunner(
                guard::connection,
                guard::check,
                PeerRegistries.of(stateDir, StoreFixture.PORT, List.of()).peers(),
                TransactionRunner.LIMIT,
                new Timer());
        assertThat(put("app-before")).isNull();
    }

    @AfterEach
    void close() throws Exception {
        guard.database().close();
        for (Connection connection : closed) {
            connection.close();
        }
        lock.close();
        log.close();
    }

    private void useForCheckpoints(Connection connection) {
        closed.add(connection);
    }

    private @Nullable Throwable put(String appId) {
        return transactions.write(List.of(new OperationQueue.Entry(
                new RegistrationOperation.OfApplication(new StoredApplication(appId, null, null)),
                new CompletableFuture<>())));
    }

    private void pass(long seconds) {
        time.addAndGet(seconds * 1_000_000_000L);
    }

    private void delete(String name) throws IOException {
        if (name.equals("dir")) {
            try (Stream<Path> all = Files.list(stateDir)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(stateDir);
        } else {
            Files.delete(stateDir.resolve(name));
        }
    }

    /** What a start finds after this process was killed at this moment. */
    private List<String> foundAfterAKill() throws IOException, SQLException, StoreException {
        Path copy = Files.createTempDirectory(temp, "killed");
        try (Stream<Path> all = Files.list(stateDir)) {
            for (Path file : all.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        try (StateStore store = StateStore.open(copy, StoreFixture.PORT, StoreFixture.CLOCK, new MetricRegistry())) {
            return store.load().applications().stream()
                    .map(StoredApplication::appId)
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DB,
                DB + "-wal",
                DB + "-shm",
                DB + " " + DB + "-wal",
                DB + "-wal " + DB + "-shm",
                DB + " " + DB + "-shm",
                DB + " " + DB + "-wal " + DB + "-shm",
                "registry-7337.lock registry-7337.reserve " + DB + " " + DB + "-wal " + DB + "-shm",
                "dir"
            })
    void writesEverythingAgainBeforeItAcknowledgesMore(String removed) throws Exception {
        for (String name : removed.split(" ", -1)) {
            delete(name);
        }
        pass(3);

        assertThat(put("app-after")).isNull();

        assertThat(foundAfterAKill()).containsExactlyInAnyOrder("app-before", "app-after");
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(0))
                .startsWith("ERROR The registry " + files.database() + " is not the file that this service has open: ")
                .contains(
                        removed.equals("dir")
                                ? "its directory was removed"
                                : removed.split(" ", -1)[0].substring(8, 13))
                .contains("spark.mesos.shuffle.service.state.dir");
        assertThat(log.lines().get(1))
                .isEqualTo(
                        "INFO The registry " + files.database() + " is written again: 0 executors of 1 applications");
        assertThat(rewrites.getCount()).isEqualTo(1);
        assertThat(Files.exists(files.lock())).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stateDir)))
                .isEqualTo("rwx------");
    }

    @Test
    void goesOnInTheNewFile() throws Exception {
        for (int round = 0; round < 5; round++) {
            delete(round % 2 == 0 ? DB : DB + "-wal");
            pass(3);
            assertThat(put("app-" + round)).isNull();
            pass(1);
            assertThat(put("app-later-" + round)).isNull();
        }

        assertThat(foundAfterAKill()).hasSize(11);
        assertThat(rewrites.getCount()).isEqualTo(5);
        try (Stream<Path> left = Files.list(stateDir)) {
            assertThat(left).as("does not grow with each removal").hasSizeLessThanOrEqualTo(7);
        }
    }

    @Test
    void leavesEverythingAloneWhileNothingHappens() throws Exception {
        NamedFileIdentity before = NamedFileIdentity.of(files.database());
        for (int i = 0; i < 10; i++) {
            pass(3);
            assertThat(put("app-" + i)).isNull();
            guard.verify();
        }

        assertThat(NamedFileIdentity.of(files.database())).isEqualTo(before);
        assertThat(log.lines()).isEmpty();
        assertThat(rewrites.getCount()).isZero();
    }

    @Test
    void acknowledgesNothingThatAKillRightAfterItWouldLose() throws Exception {
        assertThat(put("app-1")).isNull();
        delete(DB);

        assertThat(put("app-2")).isNull();

        assertThat(foundAfterAKill()).containsExactlyInAnyOrder("app-before", "app-1", "app-2");
    }

    @Test
    void noticesThatSomebodyCutTheFileShort() throws Exception {
        Files.newByteChannel(files.database(), StandardOpenOption.WRITE)
                .truncate(0)
                .close();

        assertThat(guard.check()).isNull();

        assertThat(log.lines()).first().asString().contains(DB + " was truncated");
        assertThat(foundAfterAKill()).contains("app-before");
    }

    @Test
    void keepsAStrangersFileUnderAnotherName() throws Exception {
        Path foreign = temp.resolve("foreign");
        Files.writeString(foreign, "somebody's notes");
        Files.move(foreign, files.database(), StandardCopyOption.REPLACE_EXISTING);
        pass(3);

        assertThat(put("app-after")).isNull();

        assertThat(foundAfterAKill()).containsExactlyInAnyOrder("app-before", "app-after");
        assertThat(stateDir.resolve(DB + ".replaced-20261125T010203Z")).hasContent("somebody's notes");
        assertThat(log.lines()).hasSize(3).first().asString().contains(DB + " was replaced by another file");
    }

    @Test
    void doesNotTakeAFailedCheckForALoss() throws Exception {
        Path away = temp.resolve("away");
        Files.move(stateDir, away);
        Files.createSymbolicLink(stateDir, stateDir);
        pass(3);

        assertThat(put("app-after")).isNull();

        assertThat(log.lines()).isEmpty();
        assertThat(rewrites.getCount()).isZero();
        Files.delete(stateDir);
        Files.move(away, stateDir);
        assertThat(guard.check()).isNull();
        assertThat(foundAfterAKill()).containsExactlyInAnyOrder("app-before", "app-after");
    }

    @Test
    void acknowledgesNothingWhileItCannotWriteAgain() throws Exception {
        delete("dir");
        Files.writeString(stateDir, "in the way");
        pass(3);

        assertThat(put("app-refused")).isInstanceOf(RegistryLostException.class).hasMessageContaining("is missing");
        pass(60);
        assertThat(put("app-refused")).isInstanceOf(RegistryLostException.class);
        assertThat(log.lines()).as("logged once").hasSize(2).allMatch(line -> line.startsWith("ERROR "));

        Files.delete(stateDir);
        pass(3);
        assertThat(put("app-after")).isNull();
        assertThat(foundAfterAKill()).containsExactlyInAnyOrder("app-before", "app-after");
    }

    @Test
    void goesOnWithTheOldFileIfThatComesBack() throws Exception {
        Path away = temp.resolve("away");
        Files.move(stateDir, away);
        Files.writeString(stateDir, "in the way");
        pass(3);
        assertThat(put("app-refused")).isNotNull();
        Files.delete(stateDir);
        Files.move(away, stateDir);
        pass(3);

        assertThat(put("app-after")).isNull();

        assertThat(rewrites.getCount()).isZero();
        assertThat(foundAfterAKill()).containsExactlyInAnyOrder("app-before", "app-after");
    }

    @Test
    void makesAndLocksALockFileAgainThatWasRemoved() throws Exception {
        Files.delete(files.lock());
        Files.delete(files.reserve());
        pass(3);

        assertThat(put("app-after")).isNull();

        assertThat(files.lock()).hasContent(ProcessHandle.current().pid() + "\n");
        assertThat(log.lines()).hasSize(1).first().asString().startsWith("WARN " + files.lock() + " was removed");
        assertThat(reserve.isFull()).isFalse();
    }

    @Test
    void tellsOthersAtOnceThatItIsNotThere() throws Exception {
        guard.verify();
        delete(DB);

        assertThat(catchThrowable(guard::verify))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(DB + " was removed");
    }

    @Test
    void putsACompleteCopyInPlaceThatAKilledProcessLeft() throws Exception {
        DatabaseCopy.write(guard.connection(), files);
        Files.delete(files.database());

        assertThat(foundAfterAKill()).containsExactly("app-before");
        assertThat(log.lines()).noneMatch(line -> line.contains("Closing"));
    }

    @Test
    void ignoresACopyThatIsNotComplete() throws Exception {
        Files.writeString(files.partialCopy(), "half a");

        assertThat(foundAfterAKill()).containsExactly("app-before");
    }

    @Test
    void aStoreThatStopsInOrderLeavesEverything() throws Exception {
        Path elsewhere = temp.resolve("elsewhere");
        try (StateStore store = StoreFixture.open(elsewhere)) {
            StoreFixture.await(store.putApplication(new StoredApplication("app-1", null, null)));
            try (Stream<Path> all = Files.list(elsewhere)) {
                for (Path file : all.toList()) {
                    Files.delete(file);
                }
            }
            StoreFixture.await(store.putApplication(new StoredApplication("app-2", null, null)));
        }
        try (StateStore store = StoreFixture.open(elsewhere)) {
            assertThat(store.load().applications()).hasSize(2);
        }
    }
}
