package dev.mesosshuffle.markers;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.HostileUser;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That a registry is not there does not prove that its service is not. */
final class MissingRegistryTest extends MarkedServices {
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
