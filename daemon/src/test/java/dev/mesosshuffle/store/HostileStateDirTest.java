package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.testing.HostileUser;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A state directory, or a root above it, in which the user of the executors may have put something. */
final class HostileStateDirTest {
    @TempDir
    private Path temp;

    private Path root;
    private Path underRoot;
    private Path hostWide;
    private Path victim;

    @BeforeEach
    void setUp() throws IOException {
        root = Files.createDirectory(temp.resolve("root"));
        underRoot = root.resolve(".mesos-shuffle-service");
        hostWide = temp.resolve("host-wide");
        victim = Files.writeString(temp.resolve("victim"), "precious");
    }

    @ParameterizedTest
    @ValueSource(strings = {"db", "db-wal", "db-shm", "db.partial", "db.new", "lock", "reserve"})
    void opensNothingThroughALinkOrASecondName(String suffix) throws Exception {
        StoreFixture.open(hostWide).close();
        Path file = hostWide.resolve("registry-7337." + suffix);
        Files.deleteIfExists(file);
        Files.createSymbolicLink(file, victim);
        assertRefused(file, "is a link");
        Files.delete(file);
        Files.createLink(file, victim);
        assertRefused(file, "has 2 names");
        assertThat(victim).hasContent("precious");
        Files.delete(file);
        StoreFixture.open(hostWide).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"db", "lock", "reserve"})
    void usesNoFileOfAnotherUser(String suffix) throws Exception {
        HostileUser.assumeRoot();
        StoreFixture.open(hostWide).close();
        Path file = HostileUser.gets(hostWide.resolve("registry-7337." + suffix));
        assertRefused(file, "belongs to user " + HostileUser.UID);
    }

    @Test
    void waitsForNoPipe() throws Exception {
        StoreFixture.open(hostWide).close();
        Path lock = hostWide.resolve("registry-7337.lock");
        Files.delete(lock);
        assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor())
                .isZero();
        assertRefused(lock, "is no regular file");
    }

    @Test
    void createsWhatOnlyThisUserMayRead() throws Exception {
        try (StateStore store = StoreFixture.open(hostWide)) {
            await(put(store, executor("app", "1", "blockmgr-1")));
            assertThat(Files.getPosixFilePermissions(hostWide)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
            try (var files = Files.list(hostWide)) {
                assertThat(files)
                        .hasSizeGreaterThan(3)
                        .allSatisfy(file -> assertThat(Files.getPosixFilePermissions(file))
                                .isEqualTo(PosixFilePermissions.fromString("rw-------")));
            }
        }
    }

    @Test
    void keepsOthersFromWritingToWhatAFormerVersionCreated() throws Exception {
        StoreFixture.open(hostWide).close();
        Path file = StoreFixture.database(hostWide);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        StoreFixture.open(hostWide).close();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void passesOverADefaultThatAnotherUserCouldReplace() throws Exception {
        HostileUser.assumeRoot();
        HostileUser.gets(root);
        Path otherRoot = temp.resolve("other-root");
        try (LogCapture log = LogCapture.of(StorePlaces.class)) {
            StorePlaces.Opened opened = places(false, underRoot, otherRoot, hostWide);
            opened.store().close();
            assertThat(opened.stateDir()).isEqualTo(hostWide);
            assertThat(opened.isStandIn()).isFalse();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN cannot use the registry " + StoreFixture.database(underRoot))
                    .contains(root + " belongs to user " + HostileUser.UID)
                    .contains("the registry is kept in " + hostWide)
                    .contains("set spark.mesos.shuffle.service.state.dir");
        }
        assertThat(root).isEmptyDirectory();
        assertThat(otherRoot).doesNotExist();
    }

    @Test
    void triesTheOthersInOrderIfTheHostsOwnPlaceWasTheFirst() throws Exception {
        Files.createDirectory(hostWide);
        Files.setPosixFilePermissions(hostWide, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path last = temp.resolve("last");
        StorePlaces.Opened opened = places(false, hostWide, underRoot, last);
        opened.store().close();
        assertThat(opened.stateDir()).isEqualTo(underRoot);
        assertThat(last).doesNotExist();
    }

    @Test
    void usesTheDefaultUnderARootOfItsOwn() throws Exception {
        StorePlaces.Opened opened = places(false, underRoot, hostWide);
        opened.store().close();
        assertThat(opened.stateDir()).isEqualTo(underRoot);
        assertThat(hostWide).doesNotExist();
    }

    @Test
    void stopsWhereAConfiguredPlaceOrEveryDefaultIsNotSafe() throws Exception {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> places(true, underRoot, hostWide))
                .withMessageContaining(root + " belongs to user ")
                .withMessageContaining("mode rwxrwxrwx")
                .withMessageContaining("set spark.mesos.shuffle.service.state.dir")
                .withCauseInstanceOf(UnsafePathException.class);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> places(false, underRoot, root.resolve("another")))
                .withMessageContaining(root + " belongs to user ")
                .withMessageContaining("no other default place works either")
                .withCauseInstanceOf(UnsafePathException.class);
        assertThat(root).isEmptyDirectory();
        assertThat(hostWide).doesNotExist();
    }

    @Test
    void leavesARegistryBehindThatAnotherUserCouldHaveChanged() throws Exception {
        try (StateStore before = StoreFixture.open(underRoot)) {
            await(put(before, executor("app", "1", "blockmgr-1")));
        }
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (LogCapture log = LogCapture.of(RegistryImport.class)) {
            StorePlaces.Opened opened = places(false, underRoot, hostWide);
            assertThat(opened.store().load().executors()).isEmpty();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN The registry " + StoreFixture.database(underRoot) + " of this port")
                    .contains(root + " belongs to user");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> PeerRegistries.of(hostWide, StoreFixture.PORT, List.of(underRoot))
                            .knownDirs())
                    .withMessageContaining(root + " belongs to user");
            opened.store().close();
        }
        assertThat(StoreFixture.database(underRoot)).exists();
    }

    private StorePlaces.Opened places(boolean isConfigured, Path... places) throws StoreException {
        return new StorePlaces(
                        List.of(places),
                        hostWide,
                        isConfigured,
                        StoreFixture.PORT,
                        List.of(Path.of("/data")),
                        StoreFixture.CLOCK)
                .open(
                        dir -> PeerRegistries.of(dir, StoreFixture.PORT, List.of())
                                .peers(),
                        new MetricRegistry());
    }

    private void assertRefused(Path file, String reason) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> StoreFixture.open(hostWide))
                .withMessageContaining(file + " " + reason)
                .withCauseInstanceOf(UnsafePathException.class);
    }
}
