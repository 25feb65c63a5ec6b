package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the real threads and the real timer. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class ReclaimerThreadsTest {
    /** An application of this name hangs its root's thread, as a hung disk does. */
    private static final String HANGS = "hangs";

    /** When it comes to an application of this name first, there is no memory. */
    private static final String OUT_OF_MEMORY = "out-of-memory";

    private final MetricRegistry metrics = new MetricRegistry();
    private final CountDownLatch hung = new CountDownLatch(1);
    private final CountDownLatch healed = new CountDownLatch(1);
    private final Map<String, CountDownLatch> asked = new ConcurrentHashMap<>();
    private final Map<String, String> threads = new ConcurrentHashMap<>();

    @TempDir
    private Path temp;

    private LocalDirFixture one;
    private LocalDirFixture two;
    private StateStore store;
    private Reclaimer reclaimer;

    @BeforeEach
    void setUp() throws Exception {
        one = LocalDirFixture.in(Files.createDirectory(temp.resolve("one")));
        two = LocalDirFixture.in(Files.createDirectory(temp.resolve("two")));
        store = StateStore.open(temp.resolve("state"), 7337, Clock.systemUTC(), metrics);
        reclaimer = start(this::isRead, metrics);
    }

    private Reclaimer start(ActiveReads reads, MetricRegistry registry) throws IOException {
        LocalDirPolicy policy = LocalDirPolicy.of(List.of(one.root, two.root), registry);
        Reclaimer started = new Reclaimer(
                store,
                TestRemovalGuards.of(policy, temp.resolve("state"), reads),
                System::nanoTime,
                new RootExecutors("cleanup-", () -> 0),
                registry,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
        started.start(Reclaimer.CHECK_INTERVAL);
        return started;
    }

    private boolean isRead(String appId) {
        boolean first = threads.put(appId, Thread.currentThread().getName()) == null;
        if (first && appId.equals(OUT_OF_MEMORY)) {
            throw new OutOfMemoryError("for a test");
        }
        asked.computeIfAbsent(appId, id -> new CountDownLatch(1)).countDown();
        if (appId.equals(HANGS)) {
            hung.countDown();
            awaitUninterrupted(healed);
        }
        return false;
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new AssertionError("nobody healed the disk");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("a worker must not be interrupted", e);
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        healed.countDown();
        reclaimer.close();
        store.close();
        one.assertOutsideUntouched();
        two.assertOutsideUntouched();
    }

    @Test
    void aHungRootStallsItsOwnDirsOnly() throws Exception {
        reclaim(HANGS, List.of(over(one, HANGS, "blockmgr-1")));
        hung.await();
        LocalDir behind = over(one, "behind", "blockmgr-2");
        LocalDir beside = over(two, "beside", "blockmgr-3");
        reclaim("behind", List.of(behind));
        reclaim("beside", List.of(beside));
        awaitIntents("beside", 0);
        assertThat(two.root).isEmptyDirectory();
        assertThat(behind.path()).as("not begun").isDirectory();

        healed.countDown();
        awaitIntents("behind", 0);
        awaitIntents(HANGS, 0);
        assertThat(one.root).isEmptyDirectory();
    }

    @Test
    void namesItsThreadsAfterTheirRoots() throws Exception {
        reclaim("app-1", List.of(over(one, "app-1", "blockmgr-1")));
        reclaim("app-2", List.of(over(two, "app-2", "blockmgr-1")));
        awaitIntents("app-1", 0);
        awaitIntents("app-2", 0);
        assertThat(threads).containsEntry("app-1", "cleanup-" + one.root).containsEntry("app-2", "cleanup-" + two.root);
    }

    @Test
    void deletesManyDirsOfManyApplications() throws Exception {
        List<LocalDir> dirs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            dirs.add(over(i % 2 == 0 ? one : two, "app-" + i % 5, "spark-" + i % 3 + "/blockmgr-" + i));
        }
        for (int i = 0; i < 50; i++) {
            reclaim("app-" + i % 5, List.of(dirs.get(i)));
        }
        for (int i = 0; i < 5; i++) {
            awaitIntents("app-" + i, 0);
        }
        assertThat(one.root).isEmptyDirectory();
        assertThat(two.root).isEmptyDirectory();
        assertThat(metrics.counter("shuffleService.cleanup.deletedFiles").getCount())
                .isEqualTo(50L * LocalDirFixture.FILES);
    }

    @Test
    void retriesAfterAnError() throws Exception {
        reclaim(OUT_OF_MEMORY, List.of(over(one, OUT_OF_MEMORY, "blockmgr-1")));
        awaitIntents(OUT_OF_MEMORY, 0);
        assertThat(one.root).isEmptyDirectory();
    }

    @Test
    void resumesWhatWasNotStartedAtTheNextStart() throws Exception {
        reclaim(HANGS, List.of(over(one, HANGS, "blockmgr-1")));
        hung.await();
        LocalDir behind = over(one, "behind", "blockmgr-2");
        reclaim("behind", List.of(behind));
        Thread closing = new Thread(reclaimer::close);
        closing.start();
        // Closing waits for the thread that hangs, but begins nothing more.
        healed.countDown();
        closing.join();
        assertThat(store.load().removals()).extracting(StoredRemoval::appId).contains("behind");

        reclaimer = start(appId -> false, new MetricRegistry());
        reclaimer.reclaim(store.load().removals());
        awaitIntents("behind", 0);
        awaitIntents(HANGS, 0);
        assertThat(one.root).isEmptyDirectory();
    }

    private void reclaim(String appId, List<LocalDir> dirs) {
        reclaimer.reclaim(
                dirs.stream().map(dir -> new StoredRemoval(dir, appId, null)).toList());
    }

    private LocalDir over(LocalDirFixture localDirs, String appId, String path) throws Exception {
        LocalDir dir = localDirs.filledDir(path);
        store.removeApplication(appId, List.of(new StoredRemoval(dir, appId, null)))
                .get(1, TimeUnit.MINUTES);
        return dir;
    }

    /** Each round waits for the store's own thread. */
    private void awaitIntents(String appId, long expected) throws Exception {
        long left;
        do {
            store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
            left = store.load().removals().stream()
                    .filter(removal -> appId.equals(removal.appId()))
                    .count();
        } while (left != expected);
    }
}
