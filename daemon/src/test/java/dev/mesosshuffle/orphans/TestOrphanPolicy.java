package dev.mesosshuffle.orphans;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.peers.PeerRegistries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Rules for tests that are about something else. */
public final class TestOrphanPolicy {
    private TestOrphanPolicy() {}

    public static OrphanPolicy of(Path root, Path stateDir) throws IOException {
        return OrphanPolicy.of(
                LocalDirPolicy.of(List.of(root), new MetricRegistry()),
                PeerRegistries.of(stateDir, 7337, List.of()),
                path -> false,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                Duration.ofHours(24),
                TimeLimiter.unlimited());
    }
}
