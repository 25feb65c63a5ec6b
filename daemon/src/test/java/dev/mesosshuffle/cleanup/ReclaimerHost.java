package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A reclaimer whose work is done in the caller's thread, with time that passes when told to; the store is a real one. */
abstract class ReclaimerHost {
    static final String APP = "app-1";
    static final Duration SOON = Duration.ofSeconds(1);
    static final Duration HOUR = Duration.ofHours(1);

    final ManualTicker time = new ManualTicker();
    final ByteBudget memory = ByteBudget.of(Long.MAX_VALUE);
    final Set<String> reading = ConcurrentHashMap.newKeySet();
    final Set<String> failing = ConcurrentHashMap.newKeySet();
    final LogCapture log = LogCapture.ofPackages(Reclaimer.class);
    MetricRegistry metrics = new MetricRegistry();

    @TempDir
    Path temp;

    LocalDirFixture localDirs;
    StateStore store;
    Reclaimer reclaimer;

    @BeforeEach
    void setUp() throws Exception {
        localDirs = LocalDirFixture.in(temp);
        start();
    }

    final void start() throws StoreException, IOException {
        metrics = new MetricRegistry();
        store = StateStore.open(temp.resolve("state"), 7337, Clock.systemUTC(), metrics);
        reclaimer = reclaimer(List.of(localDirs.root));
    }

    Reclaimer reclaimer(List<Path> roots) throws IOException {
        return reclaimer(LocalDirPolicy.of(roots, metrics));
    }

    Reclaimer reclaimer(LocalDirPolicy policy) throws IOException {
        return new Reclaimer(
                store,
                TestRemovalGuards.of(policy, temp.resolve("state"), this::isRead),
                time,
                DirectRootExecutors.unlimited(),
                metrics,
                memory,
                EventRecorder.NONE);
    }

    boolean isRead(String appId) {
        if (failing.contains(appId)) {
            throw new IllegalStateException("broken for a test");
        }
        return reading.contains(appId);
    }

    @AfterEach
    void tearDown() throws IOException {
        reclaimer.close();
        store.close();
        log.close();
        localDirs.assertOutsideUntouched();
    }

    Reclaimer reclaimer(List<Path> roots, MetricRegistry into) throws IOException {
        metrics = into;
        return reclaimer(roots);
    }

    /** A filled dir whose intent is in the store, as the registry leaves it. */
    LocalDir over(String path) throws Exception {
        LocalDir dir = localDirs.filledDir(path);
        store.removeApplication(APP, List.of(new StoredRemoval(dir, APP, null))).get(1, TimeUnit.MINUTES);
        return dir;
    }

    void reclaim(String appId, List<LocalDir> dirs) {
        reclaimer.reclaim(
                dirs.stream().map(dir -> new StoredRemoval(dir, appId, null)).toList());
    }

    void crashAndResume() throws Exception {
        store.close();
        start();
        reclaimer.reclaim(store.load().removals());
    }

    /** After all that was asked of the store before. */
    List<StoredRemoval> intents() throws Exception {
        store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
        return store.load().removals();
    }

    long count(String name) {
        return metrics.counter("shuffleService.cleanup." + name).getCount();
    }

    Object gauge(String name) {
        return metrics.gauge("shuffleService.cleanup." + name).getValue();
    }
}
