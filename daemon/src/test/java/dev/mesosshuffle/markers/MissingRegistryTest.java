package dev.mesosshuffle.markers;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.HostileUser;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That a registry is not there does not prove that its service is not. */
final class MissingRegistryTest {
    private static final String ORPHAN = "blockmgr-orphan";
    private static final String REGISTERED = "blockmgr-registered";
    private static final int THIRD_PORT = 7400;

    private final LogCapture log = LogCapture.ofPackages(OrphanScanner.class);

    @TempDir
    private Path temp;

    private OrphanFixture host;
    private Path elsewhere;
    private StateStore third;
    private RootMarkers thirdMarkers;
    private final LogCapture removalLog = LogCapture.ofPackages(Reclaimer.class);

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.DELETE);
        elsewhere = temp.resolve("state-of-systemd");
        third = StateStore.open(elsewhere, THIRD_PORT, Clock.systemUTC(), new MetricRegistry());
        thirdMarkers = host.markersOf(third, elsewhere, THIRD_PORT);
        thirdMarkers.refresh();
        host.old(ORPHAN);
        host.register(third, host.old(REGISTERED)).get();
    }

    @AfterEach
    void tearDown() throws Exception {
        thirdMarkers.close();
        third.close();
        host.close();
        removalLog.close();
        log.close();
    }

    private Path thirdMarker() {
        return host.stateDir.resolve(RootMarker.of(elsewhere, THIRD_PORT, 0).name());
    }

    private Path ownMarker() {
        return host.stateDir.resolve(
                RootMarker.of(host.stateDir, OrphanFixture.PORT, 0).name());
    }

    private void stopThird() {
        thirdMarkers.close();
        third.close();
    }

    @Test
    void findsARegistryElsewhereByItsMarkerAndDeletesWhatNoneNames() throws Exception {
        host.scanner.scan();

        assertThat(host.left()).containsExactly(REGISTERED);
        assertThat(third.loadRemovals())
                .as("the intent is in that registry, too")
                .hasSize(1);
    }

    @Test
    void deletesNothingWhileAMarkedRegistryIsMissing() throws Exception {
        stopThird();
        Path away = temp.resolve("away");
        Files.move(elsewhere, away);

        host.scanner.scan();
        host.scanner.scan();

        assertThat(host.left()).containsExactlyInAnyOrder(ORPHAN, REGISTERED);
        assertThat(host.found()).as("reported").hasSize(2);
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Orphans under " + host.localDirs.root)
                .contains("port 7400", "registry-7400.db, which is missing", "delete " + thirdMarker(), ORPHAN);

        Files.move(away, elsewhere);
        host.scanner.scan();
        assertThat(host.left()).containsExactly(REGISTERED);
    }

    @Test
    void deletesNothingWhileAMarkedRegistryIsAnotherFile() throws Exception {
        stopThird();
        Path registry = elsewhere.resolve("registry-7400.db");
        Path copy = temp.resolve("copy");
        Files.copy(registry, copy);
        Files.delete(registry);
        Files.move(copy, registry);

        host.scanner.scan();

        assertThat(host.left()).containsExactlyInAnyOrder(ORPHAN, REGISTERED);
        assertThat(log.lines()).singleElement().asString().contains("was replaced by another file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "replaced", "emptied"})
    void deletesNoExpiredDirWhileAMarkedRegistryOfAnotherPortIs(String what) throws Exception {
        stopThird();
        Path registry = elsewhere.resolve("registry-7400.db");
        Path away = temp.resolve("away");
        Files.move(registry, away);
        if (what.equals("replaced")) {
            Files.copy(away, registry);
        } else if (what.equals("emptied")) {
            Files.move(away, registry);
            Files.copy(registry, away);
            Files.newByteChannel(registry, StandardOpenOption.WRITE).truncate(0).close();
        }
        host.pass(Duration.ofSeconds(2));
        LocalDir dir = host.localDirs.filledDir("blockmgr-expired");

        expire(dir);
        host.pass(Duration.ofMinutes(1));

        assertThat(dir.path()).isDirectory();
        assertThat(removalLog.lines())
                .singleElement()
                .asString()
                .startsWith("WARN No expired dir under " + host.localDirs.root + " is deleted for now")
                .contains("port 7400", "delete " + thirdMarker());
    }

    @Test
    void deletesExpiredDirsAgainOnceAMarkedRegistryIsBack() throws Exception {
        stopThird();
        Path registry = elsewhere.resolve("registry-7400.db");
        Path away = temp.resolve("away");
        Files.move(registry, away);
        host.pass(Duration.ofSeconds(2));
        LocalDir dir = host.localDirs.filledDir("blockmgr-expired");
        expire(dir);

        Files.move(away, registry);
        host.pass(Duration.ofMinutes(1));

        assertThat(dir.path()).doesNotExist();
        assertThat(removalLog.lines()).last().asString().endsWith("are deleted again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "dir", "link-for-dir", "anybody-writes"})
    void deletesExpiredDirsThoughAnotherUserPlantedAMarker(String what) throws Exception {
        HostileUser.assumeRoot();
        Path markerDir = host.localDirs.root.resolve(".mesos-shuffle-service");
        Path odd = Files.writeString(markerDir.resolve("service-1-x"), "no marker");
        Path away = temp.resolve("markers");
        switch (what) {
            case "file" -> HostileUser.gets(odd);
            case "dir" -> HostileUser.gets(markerDir);
            case "anybody-writes" ->
                Files.setPosixFilePermissions(markerDir, PosixFilePermissions.fromString("rwxrwxrwx"));
            default -> {
                Files.createDirectory(away);
                Files.move(markerDir, away.resolve("dir"));
                HostileUser.gets(Files.createSymbolicLink(markerDir, away.resolve("dir")));
            }
        }
        host.pass(Duration.ofSeconds(2));

        assertThat(host.markers.missingElsewhere(host.localDirs.root)).isNull();
        assertThat(host.markers.hindrance(host.localDirs.root))
                .as("orphans wait")
                .isNotNull();
    }

    @Test
    void deletesAnExpiredDirThoughAnotherUserPlantedAMarker() throws Exception {
        HostileUser.assumeRoot();
        HostileUser.gets(Files.writeString(host.stateDir.resolve("service-1-x"), "no marker"));
        host.pass(Duration.ofSeconds(2));
        LocalDir dir = host.localDirs.filledDir("blockmgr-expired");

        expire(dir);
        host.scanner.scan();

        assertThat(dir.path()).doesNotExist();
        assertThat(host.left()).as("orphans wait").contains(ORPHAN);
    }

    @Test
    void deletesNoExpiredDirWhileAMarkerOfItsOwnUserCannotBeRead() throws Exception {
        Path markerDir = host.localDirs.root.resolve(".mesos-shuffle-service");
        Path odd = Files.writeString(host.stateDir.resolve("service-1-x"), "no marker");
        host.pass(Duration.ofSeconds(2));
        assertThat(host.markers.missingElsewhere(host.localDirs.root)).contains("service-1-x");

        Files.delete(odd);
        Files.setPosixFilePermissions(markerDir, PosixFilePermissions.fromString("rwxrwxr-x"));
        host.pass(Duration.ofSeconds(2));
        assertThat(host.markers.missingElsewhere(host.localDirs.root)).contains("can be written to by other users");

        Path away = temp.resolve("markers");
        Files.move(markerDir, away);
        Files.createFile(markerDir);
        host.pass(Duration.ofSeconds(2));
        assertThat(host.markers.missingElsewhere(host.localDirs.root)).contains("is no directory");
        Files.delete(markerDir);
        Files.move(away, markerDir);
    }

    @Test
    void deletesExpiredDirsThoughAnotherPlaceOfItsOwnPortIsMissing() throws Exception {
        Path former = temp.resolve("former");
        StateStore before = StateStore.open(former, OrphanFixture.PORT, Clock.systemUTC(), new MetricRegistry());
        RootMarkers beforeMarkers = host.markersOf(before, former, OrphanFixture.PORT);
        beforeMarkers.refresh();
        beforeMarkers.close();
        before.close();
        Files.delete(former.resolve("registry-" + OrphanFixture.PORT + ".db"));
        host.pass(Duration.ofSeconds(2));
        LocalDir dir = host.localDirs.filledDir("blockmgr-expired");

        expire(dir);

        assertThat(dir.path()).doesNotExist();
    }

    private void expire(LocalDir dir) throws Exception {
        List<StoredRemoval> intents = List.of(new StoredRemoval(dir, "app", null));
        host.store.removeApplication("app", intents).get();
        host.reclaimer.reclaim(intents);
    }

    @Test
    void deletesAgainOnceTheOperatorHasDeletedTheMarkerOfARetiredService() throws Exception {
        stopThird();
        Files.delete(elsewhere.resolve("registry-7400.db"));
        host.scanner.scan();
        Files.delete(thirdMarker());

        host.scanner.scan();
        assertThat(host.left()).as("a service that lives would write it again").hasSize(2);
        host.pass(Duration.ofMinutes(11));
        host.scanner.scan();

        assertThat(host.left()).isEmpty();
    }

    @Test
    void writesItsMarkerAgainAndOthersDeleteMeanwhileNothing() throws Exception {
        host.scanner.scan();
        host.old("blockmgr-second");
        Files.delete(thirdMarker());

        host.scanner.scan();
        assertThat(host.left()).containsExactlyInAnyOrder("blockmgr-second", REGISTERED);

        thirdMarkers.refresh();
        host.scanner.scan();
        assertThat(host.left()).containsExactly(REGISTERED);
    }

    @Test
    void aServiceThatLostItsRegistryWhileItDidNotRunKeepsOrphansForTheTimeout() throws Exception {
        try (LogCapture warnings = LogCapture.of(OwnRegistry.class)) {
            stopThird();
            Files.delete(elsewhere.resolve("registry-7400.db"));
            third = StateStore.open(elsewhere, THIRD_PORT, Clock.systemUTC(), new MetricRegistry());
            thirdMarkers = host.markersOf(third, elsewhere, THIRD_PORT);
            thirdMarkers.refresh();
            thirdMarkers.refresh();
            assertThat(warnings.lines()).singleElement().asString().startsWith("WARN The registry in " + elsewhere);
        }

        assertThat(thirdMarkers.hindrance(host.localDirs.root)).contains("lost its registry");
        host.scanner.scan();
        assertThat(host.left()).as("of another service, too").hasSize(2);

        host.pass(OrphanFixture.TIMEOUT.minusMinutes(1));
        stopThird();
        third = StateStore.open(elsewhere, THIRD_PORT, Clock.systemUTC(), new MetricRegistry());
        thirdMarkers = host.markersOf(third, elsewhere, THIRD_PORT);
        thirdMarkers.refresh();
        assertThat(thirdMarkers.hindrance(host.localDirs.root))
                .as("over a restart")
                .contains("lost its registry");
        host.pass(Duration.ofMinutes(2));
        thirdMarkers.refresh();
        assertThat(thirdMarkers.hindrance(host.localDirs.root)).isNull();
        host.scanner.scan();
        assertThat(host.left()).isEmpty();
    }

    @Test
    void aRestartWithTheSameRegistryLosesNothing() throws Exception {
        stopThird();
        third = StateStore.open(elsewhere, THIRD_PORT, Clock.systemUTC(), new MetricRegistry());
        thirdMarkers = host.markersOf(third, elsewhere, THIRD_PORT);
        thirdMarkers.refresh();

        assertThat(thirdMarkers.hindrance(host.localDirs.root)).isNull();
        host.scanner.scan();
        assertThat(host.left()).containsExactly(REGISTERED);
    }

    @Test
    void deletesNothingWhileItsOwnRegistryIsMissing() throws Exception {
        Path registry = host.stateDir.resolve("registry-7337.db");
        Path away = temp.resolve("away");
        Files.move(registry, away);

        host.scanner.scan();
        assertThat(host.left()).containsExactlyInAnyOrder(ORPHAN, REGISTERED);
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("registry-7337.db was removed");

        Files.move(away, registry);
        host.scanner.scan();
        assertThat(host.left()).containsExactly(REGISTERED);
    }

    @Test
    void keepsAnOrphanWhoseIntentIsStoredIfARegistryIsMissingByThen() throws Exception {
        assertThat(host.orphanPolicy.retentionReason(host.old("blockmgr-late"), () -> false))
                .isNull();
        stopThird();
        Files.delete(elsewhere.resolve("registry-7400.db"));

        assertThat(host.orphanPolicy.retentionReason(host.old("blockmgr-late"), () -> false))
                .contains("is missing");
    }

    @Test
    void takesWhatIsNoMarkerForNoEvidenceThatAllIsThere() throws Exception {
        Path odd = host.stateDir.resolve("service-1-odd");
        Path outside = temp.resolve("another");
        Files.writeString(outside, "");
        Files.createSymbolicLink(odd, outside);
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("service-1-odd", "no regular file");
        Files.delete(odd);
        Files.createDirectory(odd);
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("no regular file");
        Files.delete(odd);
        Files.writeString(odd, "#".repeat(5000));
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("at most 4096 bytes");
        Files.writeString(odd, "port=1\n");
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("no marker");
        assertThat(new ProcessBuilder("rm", odd.toString()).start().waitFor()).isZero();
        assertThat(new ProcessBuilder("mkfifo", odd.toString()).start().waitFor())
                .isZero();
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("no regular file");
        Files.delete(odd);
        Files.writeString(odd, "");
        assertThat(host.markers.hindrance(host.localDirs.root))
                .as("its service has moved")
                .isNull();
    }

    @Test
    void writesItsOwnMarkerInPlaceAndOnlyWhenItIsNotTrue() throws Exception {
        host.markers.refresh();
        assertThat(ownMarker())
                .content()
                .contains(
                        "state-dir=file://"
                                + host.stateDir
                                        .toRealPath()
                                        .toUri()
                                        .getRawPath()
                                        .replaceAll("/$", ""),
                        "port=7337",
                        "inode=");
        Object inode = Files.getAttribute(ownMarker(), "unix:ino");
        Object changed = Files.getAttribute(ownMarker(), "unix:ctime");
        host.markers.refresh();
        assertThat(Files.getAttribute(ownMarker(), "unix:ctime")).isEqualTo(changed);

        String text = Files.readString(ownMarker());
        Files.writeString(ownMarker(), text.substring(0, 10));
        host.markers.refresh();
        assertThat(ownMarker()).content().contains("port=7337");
        assertThat(Files.getAttribute(ownMarker(), "unix:ino")).isEqualTo(inode);
        Files.delete(ownMarker());
        host.markers.refresh();
        assertThat(ownMarker()).content().contains("port=7337");
    }

    @Test
    void saysWhereAPortsStateIs() {
        host.markers.refresh();

        assertThat(RootMarkers.stateDirs(List.of(host.localDirs.root), THIRD_PORT))
                .containsExactly(elsewhere);
        assertThat(RootMarkers.stateDirs(List.of(host.localDirs.root), 1)).isEmpty();
    }

    @Test
    void writesNoMarkerThroughALinkOrInAnotherUsersDirectory() throws Exception {
        Path victim = Files.writeString(temp.resolve("victim"), "precious");
        host.markers.refresh();
        Files.delete(ownMarker());
        Files.createSymbolicLink(ownMarker(), victim);
        host.markers.refresh();
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("no regular file");
        assertThat(victim).hasContent("precious");

        Files.delete(ownMarker());
        Path markerDir = host.localDirs.root.resolve(".mesos-shuffle-service");
        Files.setPosixFilePermissions(markerDir, PosixFilePermissions.fromString("rwxrwxrwx"));
        host.markers.refresh();
        assertThat(ownMarker()).doesNotExist();
        assertThat(host.markers.hindrance(host.localDirs.root)).contains("can be written to by other users");

        Files.setPosixFilePermissions(markerDir, PosixFilePermissions.fromString("rwxr-xr-x"));
        HostileUser.assumeRoot();
        HostileUser.gets(markerDir);
        host.markers.refresh();
        assertThat(ownMarker()).doesNotExist();
        assertThat(host.markers.hindrance(host.localDirs.root))
                .contains("its directory belongs to another user, " + HostileUser.UID);
    }

    @Test
    void asksNobodyToDeleteInAnotherUsersFile() throws Exception {
        if (!ProcessCredentials.current().hasFowner()) {
            return;
        }
        Files.setAttribute(thirdMarker(), "unix:uid", 12_345);

        assertThat(host.markers.hindrance(host.localDirs.root)).contains("belongs to another user");
        assertThat(host.markers.markedStateDirs()).doesNotContain(elsewhere);
    }
}
