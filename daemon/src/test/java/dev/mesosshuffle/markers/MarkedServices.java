package dev.mesosshuffle.markers;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanFixture;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two services whose registries are where each expects them, and a third with one elsewhere, which its marker names. */
abstract class MarkedServices {
    static final String ORPHAN = "blockmgr-orphan";
    static final String REGISTERED = "blockmgr-registered";
    static final int THIRD_PORT = 7400;

    final LogCapture log = LogCapture.ofPackages(OrphanScanner.class);

    @TempDir
    Path temp;

    OrphanFixture host;
    Path elsewhere;
    StateStore third;
    RootMarkers thirdMarkers;
    final LogCapture removalLog = LogCapture.ofPackages(Reclaimer.class);

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

    Path thirdMarker() {
        return host.stateDir.resolve(RootMarker.of(elsewhere, THIRD_PORT, 0).name());
    }

    Path ownMarker() {
        return host.stateDir.resolve(
                RootMarker.of(host.stateDir, OrphanFixture.PORT, 0).name());
    }

    void stopThird() {
        thirdMarkers.close();
        third.close();
    }
}
