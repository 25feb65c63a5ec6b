package dev.mesosshuffle.markers;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.HostileUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds back expired dirs: a registry of this user that is missing or unusual, and nothing that others planted. */
final class MissingRegistryExpiryTest extends MarkedServices {
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
}
