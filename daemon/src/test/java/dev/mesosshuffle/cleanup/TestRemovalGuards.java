package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.host.HostInspector;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.peers.PeerRegistries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The guards of a host without other services, for tests that are about something else. */
public final class TestRemovalGuards {
    private TestRemovalGuards() {}

    public static RemovalGuards of(LocalDirPolicy policy, Path stateDir, ActiveReads reads) throws IOException {
        PeerRegistries peers = PeerRegistries.of(stateDir, 7337, List.of());
        OrphanPolicy orphans = new OrphanPolicy(
                policy,
                peers,
                path -> false,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                Duration.ofHours(24),
                ProcessCredentials.current(),
                HostInspector.limitedBy(TimeLimiter.unlimited()));
        return new RemovalGuards(policy, orphans, peers, reads);
    }
}
