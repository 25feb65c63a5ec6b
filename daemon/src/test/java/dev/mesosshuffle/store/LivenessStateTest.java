package dev.mesosshuffle.store;

import static dev.mesosshuffle.store.StoreFixture.await;
import static dev.mesosshuffle.store.StoreFixture.executor;
import static dev.mesosshuffle.store.StoreFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What judging an application needs to know of former processes. */
final class LivenessStateTest {
    @TempDir
    Path stateDir;

    private StateStore store;

    @BeforeEach
    void open() throws Exception {
        store = StoreFixture.open(stateDir);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void storesTheIdleTimesOfKnownApplications() throws Exception {
        await(put(store, executor("app-1", "1", "blockmgr-a")));
        await(put(store, executor("app-2", "1", "blockmgr-b")));
        await(store.putIdleTime("app-1", Duration.ofHours(1)));
        await(store.putIdleTime("app-1", Duration.ofHours(2)));
        await(store.putIdleTime("app-2", Duration.ofHours(3)));
        await(store.putIdleTime("unknown", Duration.ofHours(4)));
        assertThat(store.loadIdleTimes())
                .containsOnly(Map.entry("app-1", Duration.ofHours(2)), Map.entry("app-2", Duration.ofHours(3)));

        await(store.putIdleTime("app-1", Duration.ZERO));
        await(store.removeApplication("app-2", List.of()));
        assertThat(store.loadIdleTimes()).isEmpty();
    }

    @Test
    void keepsWhichApplicationsAreKeptByHand() throws Exception {
        await(store.putApplication(new StoredApplication("app-1", 1000L, null)));
        await(put(store, executor("app-2", "1", "blockmgr-b")));
        await(store.putKept("app-1", true));
        await(store.putKept("app-2", true));
        await(store.putKept("unknown", true));
        await(store.putApplication(new StoredApplication("app-1", 2000L, null)));
        store.close();
        open();
        assertThat(store.loadKept()).containsExactlyInAnyOrder("app-1", "app-2");
        assertThat(store.load().applications()).contains(new StoredApplication("app-1", 2000L, null));

        await(store.putKept("app-1", false));
        await(store.removeApplication("app-2", List.of()));
        await(put(store, executor("app-2", "1", "blockmgr-b")));
        assertThat(store.loadKept()).isEmpty();
    }
}
