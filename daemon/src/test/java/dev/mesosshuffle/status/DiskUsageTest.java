package dev.mesosshuffle.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What applications hold on their disks, as far as it can be seen in time. */
final class DiskUsageTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path temp;

    private LocalDir one;
    private LocalDir two;

    @BeforeEach
    void fill() throws Exception {
        one = dir("one", 1000);
        two = dir("two", 50);
    }

    private LocalDir dir(String root, int bytes) throws Exception {
        Path its = temp.toRealPath().resolve(root);
        Path path = its.resolve("blockmgr-1");
        Files.createDirectories(path.resolve("0a"));
        Files.write(path.resolve("0a/shuffle_0_0_0.data"), new byte[bytes]);
        return new LocalDir(its, path);
    }

    @Test
    void addsUpTheFilesOfAllDirsAndFollowsNoLink() throws Exception {
        Files.createSymbolicLink(one.path().resolve("link"), two.path());
        DiskUsage usage = new DiskUsage((root, task) -> task.run(), LONG);
        assertThat(measure(usage, Map.of("both", List.of(one, two), "second", List.of(two), "none", List.of())))
                .containsOnly(
                        Map.entry("both", new DiskUsage.Usage(1050, true)),
                        Map.entry("second", new DiskUsage.Usage(50, true)),
                        Map.entry("none", new DiskUsage.Usage(0, true)));
    }

    @Test
    void countsADirThatIsGoneAsEmpty() throws Exception {
        DiskUsage usage = new DiskUsage((root, task) -> task.run(), LONG);
        LocalDir gone = new LocalDir(one.root(), one.root().resolve("blockmgr-gone"));
        assertThat(measure(usage, Map.of("app", List.of(gone)))).containsEntry("app", new DiskUsage.Usage(0, true));
    }

    @Test
    void saysWhatIsMissingOfADiskThatHangsAndDoesNotAskThatOneAgain() throws Exception {
        List<Runnable> hung = new ArrayList<>();
        DiskUsage usage = new DiskUsage(
                (root, task) -> {
                    if (root.equals(two.root())) {
                        hung.add(task);
                    } else {
                        task.run();
                    }
                },
                Duration.ofMillis(200));
        Map<String, List<LocalDir>> dirs = Map.of("both", List.of(one, two), "first", List.of(one));
        for (int i = 0; i < 3; i++) {
            assertThat(measure(usage, dirs))
                    .containsOnly(
                            Map.entry("both", new DiskUsage.Usage(1000, false)),
                            Map.entry("first", new DiskUsage.Usage(1000, true)));
        }
        assertThat(hung).hasSize(1);
        hung.get(0).run();
        var unused = measure(usage, dirs);
        assertThat(hung).hasSize(2);
    }

    @Test
    void stopsWhenItsTimeIsUp() throws Exception {
        DiskUsage usage = new DiskUsage((root, task) -> task.run(), Duration.ZERO);
        assertThat(measure(usage, Map.of("app", List.of(one))).values())
                .extracting(DiskUsage.Usage::isComplete)
                .containsExactly(false);
    }

    @ParameterizedTest
    @CsvSource({"first, second", "second, first"})
    void measuresAtEachDiskWhatIsNamedFirst(String earlier, String later) throws Exception {
        Path root = temp.toRealPath();
        Map<String, LocalDir> dirs =
                Map.of("first", new LocalDir(root, one.path()), "second", new LocalDir(root, two.path()));
        ManualTicker ticker = new ManualTicker();
        // A dir takes three looks at the clock: at its folder, at the file therein, and when it is done.
        DiskUsage diskUsage = new DiskUsage((disk, task) -> task.run(), Duration.ofNanos(5), () -> {
            ticker.pass(Duration.ofNanos(1));
            return ticker.read();
        });

        Map<String, DiskUsage.Usage> result =
                diskUsage.measure(List.of(earlier, later), appId -> List.of(dirs.get(appId)));

        assertThat(result)
                .hasEntrySatisfying(
                        earlier, usage -> assertThat(usage.isComplete()).isTrue())
                .hasEntrySatisfying(
                        later, usage -> assertThat(usage.isComplete()).isFalse());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesOutWhatIsNamedLastIfItsTimeIsUpAfterABatch(boolean isReversed) throws Exception {
        List<String> appIds = new ArrayList<>(IntStream.rangeClosed(0, DiskUsage.BATCH)
                .mapToObj(i -> "app" + i)
                .toList());
        if (isReversed) {
            Collections.reverse(appIds);
        }
        String last = appIds.get(DiskUsage.BATCH);
        ManualTicker ticker = new ManualTicker();
        DiskUsage usage = new DiskUsage((root, task) -> task.run(), LONG, ticker);

        Map<String, DiskUsage.Usage> result = usage.measure(appIds, appId -> {
            if (appId.equals(appIds.get(DiskUsage.BATCH - 1))) {
                ticker.pass(LONG);
            }
            return List.of();
        });

        assertThat(result).hasSize(DiskUsage.BATCH).doesNotContainKey(last);
        assertThat(usage.measure(List.of(last), appId -> List.of())).containsOnlyKeys(last);
    }

    @Test
    void saysWhatIsMissingOfADiskWithTooMuchToDo() throws Exception {
        DiskUsage usage = new DiskUsage(
                (root, task) -> {
                    throw new RejectedExecutionException("full for a test");
                },
                LONG);
        assertThat(measure(usage, Map.of("app", List.of(one)))).containsEntry("app", DiskUsage.UNKNOWN);
    }

    private static Map<String, DiskUsage.Usage> measure(DiskUsage usage, Map<String, List<LocalDir>> dirs)
            throws InterruptedException {
        return usage.measure(List.copyOf(dirs.keySet()), appId -> dirs.getOrDefault(appId, List.of()));
    }
}
