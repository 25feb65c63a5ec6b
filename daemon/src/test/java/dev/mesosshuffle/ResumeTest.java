package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoredRemoval;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A whole daemon that is started where one before it did not come to an end. */
final class ResumeTest extends RunningDaemon {
    @Test
    void deletesWhatWasToBeDeletedWhenTheOneBeforeItEnded() throws Exception {
        daemon.stop();
        Path marked = Files.move(localDir, localDir.resolveSibling("going-" + localDir.getFileName()));
        Path unmarked = Files.createDirectory(root.resolve("blockmgr-2"));
        ServiceConfig config = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        try (StateStore store =
                StateStore.open(config.stateDir(), config.port(), Clock.systemUTC(), new MetricRegistry())) {
            store.removeApplication("app", List.of(intent(localDir), intent(unmarked)))
                    .get(1, TimeUnit.MINUTES);
        }
        Path living = Files.createDirectory(root.resolve("blockmgr-3"));

        daemon = ShuffleDaemon.start(config);

        awaitEndOf(marked);
        awaitEndOf(unmarked);
        assertThat(living).exists();
    }

    private StoredRemoval intent(Path dir) {
        return new StoredRemoval(new LocalDir(root, dir), "app", null);
    }

    private static void awaitEndOf(Path dir) {
        long began = System.nanoTime();
        while (Files.exists(dir)) {
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMinutes(1));
            Thread.onSpinWait();
        }
    }
}
