package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricFilter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectExecutorService;
import dev.mesosshuffle.testing.ManualTicker;
import dev.mesosshuffle.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removals of several applications under one root, whose thread is the test's; an action runs before each file. */
final class ReclaimerTurnsTest {
    private static final int MANY = 1500;

    private final MetricRegistry metrics = new MetricRegistry();
    private final MetricRegistry cleanupMetrics = new MetricRegistry();
    private final ManualTicker time = new ManualTicker();
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<String> ended = new ArrayList<>();
    private Runnable beforeEachFile = () -> {};
    private int files;

    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private StateStore store;
    private Reclaimer reclaimer;

    @BeforeEach
    void setUp() throws Exception {
        localDirs = LocalDirFixture.in(temp);
        store = StateStore.open(temp.resolve("state"), 7337, Clock.systemUTC(), metrics);
        start();
    }

    private void start() throws Exception {
        cleanupMetrics.removeMatching(MetricFilter.ALL);
        reclaimer = new Reclaimer(
                store,
                TestRemovalGuards.of(
                        LocalDirPolicy.of(List.of(localDirs.root), new MetricRegistry()),
                        temp.resolve("state"),
                        new ActiveReads() {
                            @Override
                            public boolean any(String appId) {
                                return appId.equals("unread");
                            }

                            @Override
                            public void endOlderThan(String appId, long nanos) {
                                ended.add(appId + ' ' + (time.read() - nanos));
                            }
                        }),
                time,
                new RootExecutors(
                        root -> new DirectExecutorService() {
                            @Override
                            public void execute(Runnable task) {
                                work.add(task);
                            }
                        },
                        () -> new RateLimiter(() -> 1, () -> 0, nanos -> {
                            files++;
                            beforeEachFile.run();
                        })),
                cleanupMetrics,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
    }

    @AfterEach
    void tearDown() throws Exception {
        reclaimer.close();
        store.close();
        localDirs.assertOutsideUntouched();
    }

    @Test
    void aSmallRemovalThatComesDuringALargeOneWaitsForOneTurnOfIt() throws Exception {
        LocalDir large = largeDir("large", "blockmgr-large");
        List<LocalDir> small = smallDirs("small", 4);
        reclaim("large", List.of(large));
        beforeEachFile = () -> {
            if (files == 200) {
                reclaim("small", small);
            }
        };
        doWorkUntilDeleted(small);
        // 200 files, one turn of the large one between every two turns of the small one, and the small one's own.
        assertThat(remaining(large)).isGreaterThan(MANY - 200 - 6 * RemovalTurn.MAX_FILES);
        doAllWork();
        assertAllDeleted();
    }

    @Test
    void dirsThatComeLaterAreRenamedBeforeALargeOneIsDeleted() throws Exception {
        LocalDir large = largeDir("large", "blockmgr-large");
        List<LocalDir> small = smallDirs("small", 4);
        reclaim("large", List.of(large));
        reclaim("small", small);
        for (int i = 0; i < 5; i++) {
            work.remove().run();
        }
        assertThat(remaining(large)).isEqualTo(MANY);
        assertThat(small)
                .allSatisfy(dir -> assertThat(LocalDirFixture.going(dir)).isDirectory());
        doAllWork();
        assertAllDeleted();
    }

    @Test
    void aRemovalAloneIsNotInterrupted() throws Exception {
        reclaim("large", List.of(largeDir("large", "blockmgr-large")));
        work.remove().run();
        work.remove().run();
        assertThat(work).isEmpty();
        assertAllDeleted();
    }

    @Test
    void whatItsTurnsLeftIsDeletedAfterAStopToo() throws Exception {
        LocalDir large = largeDir("large", "blockmgr-large");
        List<LocalDir> small = smallDirs("small", 4);
        reclaim("large", List.of(large));
        reclaim("small", small);
        beforeEachFile = () -> {
            if (files == 300) {
                reclaimer.close();
            }
        };
        doAllWork();
        assertThat(remaining(large)).isBetween(1L, (long) MANY);
        assertThat(store.loadRemovals()).isNotEmpty();

        beforeEachFile = () -> {};
        start();
        reclaimer.reclaim(store.loadRemovals());
        doAllWork();
        assertAllDeleted();
    }

    @Test
    void aFileThatCannotBeDeletedKeepsNeitherTheOthersNorAnotherApplication() throws Exception {
        LocalDir large = largeDir("large", "blockmgr-large");
        List<LocalDir> small = smallDirs("small", 40);
        reclaim("large", List.of(large));
        work.remove().run();
        Path place = LocalDirFixture.going(large).resolve("00/mount");
        try (Mount mount = Mount.tmpfs(place, "64k")) {
            Files.writeString(place.resolve("precious"), "keep me");
            reclaim("small", small);
            doAllWork();
            assertThat(small)
                    .allSatisfy(dir -> assertThat(LocalDirFixture.going(dir)).doesNotExist());
            assertThat(remaining(large)).as("the mount and what is on it").isEqualTo(1);
            store.deleteExecutors(List.of()).get();
            assertThat(store.loadRemovals()).hasSize(1);
            mount.unmount();
        }
        time.pass(Duration.ofHours(1));
        reclaimer.check();
        doAllWork();
        assertAllDeleted();
    }

    @Test
    void readsThatDoNotEndAreEndedSomeTimeAfterTheDecision() throws Exception {
        LocalDir dir = largeDir("unread", "blockmgr-unread");
        reclaim("unread", List.of(dir));
        doAllWork();
        time.pass(Reclaimer.READ_LIMIT.minusNanos(1));
        reclaimer.check();
        doAllWork();
        assertThat(ended).isEmpty();
        time.pass(Duration.ofSeconds(1));
        reclaimer.check();
        doAllWork();
        assertThat(ended)
                .containsExactly("unread "
                        + Reclaimer.READ_LIMIT.plusSeconds(1).minusNanos(1).toNanos());
        assertThat(remaining(dir)).isEqualTo(MANY);
    }

    @Test
    void aHugeTreeThatCannotBeDeletedDelaysAnotherByOneTurn() throws Exception {
        try (Mount mount = Mount.tmpfs(localDirs.root, "16m")) {
            LocalDir medium = dir("medium", "blockmgr-medium", RemovalTurn.MAX_FILES + 20);
            LocalDir large = largeDir("large", "blockmgr-large");
            reclaim("medium", List.of(medium));
            reclaim("large", List.of(large));
            work.remove().run();
            work.remove().run();
            mount.readOnly(true);
            while (failures() == 0) {
                work.remove().run();
            }
            // A turn of either, and the whole of the smaller one, which is counted twice since it is measured.
            assertThat(files).isLessThan(5 * RemovalTurn.MAX_FILES);
            doAllWork();
            assertThat(failures()).isEqualTo(2);
            // In turns of 100, 200 and so on, and then measured.
            assertThat(files).isLessThan(5 * MANY);

            mount.readOnly(false);
            time.pass(Duration.ofHours(1));
            reclaimer.check();
            doAllWork();
            assertAllDeleted();
        }
    }

    private long failures() {
        return cleanupMetrics.counter("shuffleService.cleanup.failures").getCount();
    }

    private LocalDir largeDir(String appId, String name) throws Exception {
        return dir(appId, name, MANY);
    }

    private LocalDir dir(String appId, String name, int count) throws Exception {
        LocalDir dir = localDirs.dir(name);
        for (int i = 0; i < count; i++) {
            Path subDir = Files.createDirectories(dir.path().resolve("0" + i % 10));
            Files.createFile(subDir.resolve("shuffle_0_" + i + "_0.data"));
        }
        return over(appId, dir);
    }

    private List<LocalDir> smallDirs(String appId, int count) throws Exception {
        List<LocalDir> dirs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            dirs.add(over(appId, localDirs.filledDir("blockmgr-" + appId + i)));
        }
        return dirs;
    }

    private LocalDir over(String appId, LocalDir dir) throws Exception {
        store.removeApplication(appId, List.of(new StoredRemoval(dir, appId, null)))
                .get();
        return dir;
    }

    private void reclaim(String appId, List<LocalDir> dirs) {
        reclaimer.reclaim(
                dirs.stream().map(dir -> new StoredRemoval(dir, appId, null)).toList());
    }

    private void doAllWork() {
        for (Runnable next = work.poll(); next != null; next = work.poll()) {
            next.run();
        }
    }

    private void doWorkUntilDeleted(List<LocalDir> dirs) {
        do {
            work.remove().run();
        } while (dirs.stream().anyMatch(dir -> Files.exists(dir.path()) || Files.exists(LocalDirFixture.going(dir))));
    }

    private static long remaining(LocalDir dir) throws Exception {
        try (Stream<Path> left = Files.walk(LocalDirFixture.going(dir))) {
            return left.filter(Files::isRegularFile).count();
        }
    }

    /** Files, dirs and intents. */
    private void assertAllDeleted() throws Exception {
        assertThat(localDirs.root).isEmptyDirectory();
        // After the ends of all removals, since the store keeps the order.
        store.deleteExecutors(List.of()).get();
        assertThat(store.loadRemovals()).isEmpty();
        assertThat(reclaimer.pending(Set.of(localDirs.root)).dirs()).isZero();
        assertThat(reclaimer.rootInodes()).isEmpty();
    }
}
