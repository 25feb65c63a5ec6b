package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.ShuffleDaemon;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.store.StateStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A whole daemon that is started where one before it did not come to an end. */
final class ResumeTest extends RunningDaemon {
    private Path marked;
    private Path unmarked;

    @BeforeEach
    void endInTheMiddle() throws Exception {
        daemon.stop();
        marked = Files.move(localDir, localDir.resolveSibling("going-" + localDir.getFileName()));
        unmarked = Files.createDirectory(root.resolve("blockmgr-2"));
        try (StateStore store = openStore()) {
            store.removeApplication("app", List.of(intent(localDir), intent(unmarked)))
                    .get(1, TimeUnit.MINUTES);
        }
    }

    @Test
    void deletesWhatWasToBeDeletedWhenTheOneBeforeItEnded() throws Exception {
        Path living = Files.createDirectory(root.resolve("blockmgr-3"));

        daemon = ShuffleDaemon.start(config(true));

        awaitEndOfIntents();
        assertThat(marked).doesNotExist();
        assertThat(unmarked).doesNotExist();
        assertThat(living).exists();
    }

    @Test
    void leavesItWhileNothingIsToBeDeleted() throws Exception {
        daemon = ShuffleDaemon.start(config(false));
        // Waits for what is being deleted.
        daemon.stop();

        assertThat(marked).exists();
        assertThat(unmarked).exists();

        daemon = ShuffleDaemon.start(config(true));

        awaitEndOfIntents();
        assertThat(marked).doesNotExist();
        assertThat(unmarked).doesNotExist();
    }

    private ServiceConfig config(boolean cleanup) {
        ServiceConfig usual = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        return new ServiceConfig(
                usual.host(),
                usual.port(),
                usual.transport(),
                new ServiceConfig.Disks(
                        usual.disks().localRoots(),
                        usual.disks().naming(),
                        usual.disks().stateDirs(),
                        usual.disks().threads(),
                        usual.disks().indexCacheBytes(),
                        usual.disks().maxRegistryBytes()),
                new ServiceConfig.Expiry(
                        usual.expiry().checkInterval(), usual.expiry().orphanTimeout()),
                new ServiceConfig.Cleanup(
                        cleanup,
                        usual.cleanup().deletionRate(),
                        usual.cleanup().orphans(),
                        usual.cleanup().minFreePercent()),
                usual.master());
    }

    private StateStore openStore() throws StoreException {
        ServiceConfig config = config(true);
        return StateStore.open(config.stateDir(), config.port(), Clock.systemUTC(), new MetricRegistry());
    }

    private StoredRemoval intent(Path dir) {
        return new StoredRemoval(new LocalDir(root, dir), "app", null);
    }

    /** Looks at the registry as another service does, for this one holds it. */
    private void awaitEndOfIntents() throws StoreException {
        ServiceConfig config = config(true);
        PeerRegistries registries = PeerRegistries.of(config.stateDir(), config.port(), List.of());
        long began = System.nanoTime();
        while (!registries.knownDirs().removals().isEmpty()) {
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMinutes(1));
            Thread.onSpinWait();
        }
    }
}
