package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.model.WallClock;
import dev.mesosshuffle.store.Registries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Rules for tests that are about something else. */
public final class TestOrphanRules {
    private TestOrphanRules() {}

    public static OrphanRules of(Path root, Path stateDir) throws IOException {
        return OrphanRules.of(
                LocalDirPolicy.of(List.of(root), new MetricRegistry()),
                Registries.of(stateDir, 7337, List.of()),
                path -> false,
                new WallClock(System::currentTimeMillis, System::nanoTime),
                Duration.ofHours(24),
                TimeLimiter.unlimited());
    }
}
