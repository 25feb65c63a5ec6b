package dev.mesosshuffle.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last sizes of applications, which nobody waits for. */
final class UsageCacheTest {
    @TempDir
    Path temp;

    private final ManualTicker ticker = new ManualTicker();
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final List<String> measured = new ArrayList<>();
    private UsageCache cache;
    private Path root;
    private Path dir;

    @BeforeEach
    void create() throws Exception {
        root = temp.toRealPath();
        dir = Files.createDirectory(root.resolve("blockmgr-1"));
        grow(1000);
        DiskUsage diskUsage = new DiskUsage((disk, task) -> task.run(), Duration.ofMinutes(1));
        cache = new UsageCache(
                diskUsage,
                appId -> {
                    measured.add(appId);
                    return List.of(new LocalDir(root, dir));
                },
                background::add,
                ticker);
    }

    private void grow(int bytes) throws Exception {
        Files.write(dir.resolve("file"), new byte[bytes]);
    }

    @Test
    void knowsNothingAtFirstAndHasItMeasuredInTheBackground() {
        assertThat(cache.of(List.of("a"))).isEmpty();
        assertThat(measured).isEmpty();
        background.remove().run();
        ticker.pass(Duration.ofSeconds(3));
        assertThat(cache.of(List.of("a")))
                .containsEntry("a", new UsageView(1000, true, Duration.ofSeconds(3)))
                .hasSize(1);
        assertThat(background).isEmpty();
    }

    @Test
    void measuresAgainWhatIsOldAndTellsItsAgeMeanwhile() throws Exception {
        cache.of(List.of("a"));
        background.remove().run();
        grow(2000);
        ticker.pass(UsageCache.VALID.minusNanos(1));
        cache.of(List.of("a"));
        assertThat(background).isEmpty();
        ticker.pass(Duration.ofNanos(1));
        assertThat(cache.of(List.of("a"))).containsEntry("a", new UsageView(1000, true, UsageCache.VALID));
        background.remove().run();
        assertThat(cache.of(List.of("a"))).containsEntry("a", new UsageView(2000, true, Duration.ZERO));
    }

    @Test
    void measuresOnceAtATimeAndPausesAfterIt() {
        cache.of(List.of("a"));
        cache.of(List.of("b"));
        assertThat(background).hasSize(1);
        background.remove().run();
        assertThat(measured).containsExactlyInAnyOrder("a", "b");
        cache.of(List.of("c"));
        assertThat(background).isEmpty();
        ticker.pass(UsageCache.PAUSE);
        cache.of(List.of("d"));
        background.remove().run();
        assertThat(measured).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    @Test
    void measuresWhatIsMissingBeforeWhatIsOld() {
        cache.of(List.of("old"));
        background.remove().run();
        measured.clear();
        ticker.pass(UsageCache.VALID);
        // The one that looks at the old one is first to ask, and starts the measurement.
        cache.of(List.of("old"));
        cache.of(List.of("old", "new"));
        background.remove().run();

        assertThat(measured).containsExactly("new", "old");
        assertThat(cache.of(List.of("new", "old")).values())
                .hasSize(2)
                .allMatch(usage -> usage.age().isZero());
    }

    @Test
    void hasRoomForWhatIsMissingHoweverMuchIsOld() {
        List<String> many = IntStream.range(0, UsageCache.MAX_ENTRIES)
                .mapToObj(i -> "old" + i)
                .toList();
        cache.of(many);
        background.remove().run();
        measured.clear();
        ticker.pass(UsageCache.VALID);
        cache.of(many);
        cache.of(List.of("new"));
        background.remove().run();

        assertThat(measured).startsWith("new").hasSize(UsageCache.MAX_ENTRIES + 1);
    }

    @Test
    void keepsALimitedNumber() {
        List<String> first = IntStream.range(0, 3000).mapToObj(i -> "a" + i).toList();
        List<String> second = IntStream.range(0, 3000).mapToObj(i -> "b" + i).toList();
        cache.of(first);
        background.remove().run();
        ticker.pass(UsageCache.PAUSE);
        cache.of(second);
        background.remove().run();
        assertThat(cache.of(second)).hasSize(3000);
        assertThat(cache.of(first)).hasSize(UsageCache.MAX_ENTRIES - 3000);
    }

    @Test
    void goesOnOnceAThreadCanBeStartedAgain() {
        List<Throwable> failures = new ArrayList<>(List.of(new OutOfMemoryError("unable to create native thread")));
        UsageCache without = new UsageCache(
                new DiskUsage((disk, task) -> task.run(), Duration.ofMinutes(1)),
                appId -> List.of(new LocalDir(root, dir)),
                task -> {
                    if (!failures.isEmpty()) {
                        throw (OutOfMemoryError) failures.remove(0);
                    }
                    task.run();
                },
                ticker);
        assertThat(without.of(List.of("a"))).isEmpty();
        assertThat(failures).isEmpty();
        ticker.pass(UsageCache.PAUSE);
        without.of(List.of("a"));
        assertThat(without.of(List.of("a"))).containsEntry("a", new UsageView(1000, true, Duration.ZERO));
    }

    @Test
    void keepsAWholeResultWhenADiskAnswersNoMore() {
        List<Boolean> hangs = new ArrayList<>();
        UsageCache hanging = new UsageCache(
                new DiskUsage(
                        (disk, task) -> {
                            if (!hangs.isEmpty()) {
                                throw new RejectedExecutionException("it hangs");
                            }
                            task.run();
                        },
                        Duration.ofMinutes(1)),
                appId -> List.of(new LocalDir(root, dir)),
                Runnable::run,
                ticker);
        hanging.of(List.of("a"));
        hangs.add(true);
        ticker.pass(UsageCache.VALID);
        hanging.of(List.of("a", "b"));
        assertThat(hanging.of(List.of("a", "b")))
                .containsEntry("a", new UsageView(1000, true, UsageCache.VALID))
                .doesNotContainKey("b");
    }
}
