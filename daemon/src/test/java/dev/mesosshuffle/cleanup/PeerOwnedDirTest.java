package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application ends at one port, and a registry of another port has something to say about its dirs. */
final class PeerOwnedDirTest {
    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.OFF);
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
    }

    @Test
    void keepsWhatTheSameApplicationHasAtAnotherPortUntilItIsOverThereToo() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        host.register(host.store, dir).get();
        host.register(host.otherStore, dir).get();

        try (LogCapture log = LogCapture.ofPackages(Reclaimer.class)) {
            end(host.store, dir);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("of expired application app is retained: " + dir.path() + " belongs to application app")
                    .contains("port " + OrphanFixture.OTHER_PORT);
        }
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        // What comes before it is committed by then.
        host.store.ping().get();
        assertThat(host.store.loadRemovals()).as("the other's business").isEmpty();
        assertThat(host.count("cleanup.rejected")).isEqualTo(1);

        host.otherStore.removeApplication("app", List.of()).get();
        end(host.store, dir);
        assertThat(host.left()).isEmpty();
        host.store.ping().get();
        assertThat(host.store.loadRemovals()).isEmpty();
    }

    @Test
    void keepsWhatHoldsSomethingThatAnotherPortOwns() throws Exception {
        LocalDir inside = host.localDirs.filledDir("blockmgr-1/blockmgr-2");
        host.register(host.otherStore, inside).get();

        end(host.store, host.localDirs.dir("blockmgr-1"));

        assertThat(inside.path().resolve("0a/shuffle_0_0_0.data")).exists();
    }

    @Test
    void deletesWhatNobodyElseOwns() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        LocalDir other = host.localDirs.filledDir("blockmgr-10");
        host.register(host.otherStore, other).get();

        end(host.store, dir);

        assertThat(dir.path()).doesNotExist();
        assertThat(other.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(host.count("cleanup.rejected")).isZero();
    }

    @Test
    void waitsUntilARegistryThatMayNameItCanBeReadAgain() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        Path garbage = Files.writeString(
                host.stateDir.resolve("registry-1.db"), "no database at all, but long enough".repeat(99));

        end(host.store, dir);
        host.pass(Reclaimer.OWNER_RETRY_DELAY);
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(host.store.loadRemovals()).hasSize(1);
        assertThat(host.count("cleanup.failures")).isZero();

        Files.delete(garbage);
        host.pass(Reclaimer.OWNER_RETRY_DELAY);
        assertThat(host.left()).isEmpty();
    }

    @Test
    void waitsForARegistryThatCannotEvenBeLookedAt() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        Path loop = host.stateDir.resolve("registry-1.db");
        Files.createSymbolicLink(loop, loop);

        end(host.store, dir);
        host.pass(Reclaimer.OWNER_RETRY_DELAY);
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();

        Files.delete(loop);
        host.pass(Reclaimer.OWNER_RETRY_DELAY);
        assertThat(host.left()).isEmpty();
    }

    @Test
    void doesNotWaitForTheRegistryOfAStranger() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        Path garbage = Files.writeString(
                host.stateDir.resolve("registry-1.db"), "no database at all, but long enough".repeat(99));
        if (Files.getAttribute(garbage, "unix:uid").equals(0)) {
            Files.setAttribute(garbage, "unix:uid", 12345);
            end(host.store, dir);
            assertThat(dir.path()).doesNotExist();
        }
    }

    @Test
    void doesNotWaitForAStateDirThatWasNeverSeen() throws Exception {
        // As one below a root whose disk was dead at the start; a link to itself gives an I/O error.
        Path loop = temp.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        PeerRegistries registries = PeerRegistries.of(host.stateDir, OrphanFixture.PORT, List.of(loop));

        assertThat(registries
                        .peers()
                        .owner(host.localDirs.filledDir("blockmgr-1").path()))
                .isNull();
    }

    private void end(StateStore store, LocalDir dir) throws Exception {
        List<StoredRemoval> intents = List.of(new StoredRemoval(dir, "app", null));
        store.removeApplication("app", intents).get();
        host.reclaimer.reclaim(intents);
    }
}
