package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanFixture;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that ends in the middle of its work: what it did not finish, the next one does. */
final class ReclaimerStopTest {
    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.DELETE);
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
    }

    @Test
    void keepsTheIntentIfItStopsDuringADeletion() throws Exception {
        LocalDir dir = host.localDirs.filledDir("blockmgr-1");
        StoredRemoval intent = new StoredRemoval(dir, "app", null);
        host.store.removeApplication("app", List.of(intent)).get();
        host.beforeEachFile = () -> host.reclaimer.close();
        host.reclaimer.reclaim(List.of(intent));
        host.store.deleteExecutors(List.of()).get();
        assertThat(host.left()).containsExactly("going-blockmgr-1");
        assertThat(host.store.loadRemovals()).hasSize(1);

        host.beforeEachFile = () -> {};
        host.restart(OrphanMode.OFF);
        host.store.deleteExecutors(List.of()).get();
        assertThat(host.left()).isEmpty();
        assertThat(host.store.loadRemovals()).isEmpty();
    }

    @Test
    void renamesNoOrphanIfItStopsDuringTheLastCheck() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        StoredRemoval intent = new StoredRemoval(dir, null, null);
        assertThat(host.registries.recordRemoval(intent, dir.path(), () -> {})).isTrue();
        host.beforeEachFile = () -> host.reclaimer.close();
        host.reclaimer.reclaim(List.of(intent));
        assertThat(host.left()).containsExactly("blockmgr-1");
        assertThat(host.store.loadRemovals()).hasSize(1);

        host.beforeEachFile = () -> {};
        host.restart(OrphanMode.OFF);
        assertThat(host.left()).isEmpty();
    }
}
