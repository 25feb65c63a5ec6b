package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With work done in the caller's thread, and time that passes when told to; the store is a real one. */
final class ReclaimerTest {
    private static final String APP = "app-1";
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTicker time = new ManualTicker();
    private final Set<String> reading = ConcurrentHashMap.newKeySet();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final LogCapture log = LogCapture.ofPackages(Reclaimer.class);
    private MetricRegistry metrics = new MetricRegistry();

    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private StateStore store;
    private Reclaimer reclaimer;

    @BeforeEach
    void setUp() throws Exception {
        localDirs = LocalDirFixture.in(temp);
        start();
    }

    private void start() throws StoreException, IOException {
        metrics = new MetricRegistry();
        store = StateStore.open(temp.resolve("state"), 7337, Clock.systemUTC(), metrics);
        reclaimer = reclaimer(List.of(localDirs.root));
    }

    private Reclaimer reclaimer(List<Path> roots) throws IOException {
        return reclaimer(LocalDirPolicy.of(roots, metrics));
    }

    private Reclaimer reclaimer(LocalDirPolicy policy) throws IOException {
        return new Reclaimer(
                store,
                TestRemovalGuards.of(policy, temp.resolve("state"), this::isRead),
                time,
                DirectRootExecutors.unlimited(),
                metrics);
    }

    private boolean isRead(String appId) {
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

    @Test
    void deletesADirAndThenItsIntent() throws Exception {
        LocalDir dir = over("spark-1/executor-1/blockmgr-1");
        LocalDir other = localDirs.filledDir("spark-1/executor-2/blockmgr-2");
        reclaim(APP, List.of(dir));
        assertThat(localDirs.root.resolve("spark-1/executor-1")).doesNotExist();
        assertThat(other.path().resolve("0a")).isDirectory();
        assertThat(intents()).isEmpty();
        assertThat(count("deletedFiles")).isEqualTo(LocalDirFixture.FILES);
        assertThat(count("deletedBytes")).isEqualTo(LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);
        assertThat(count("failures")).isZero();
        assertThat(gauge("pendingBytes")).isEqualTo(0L);
        assertThat(log.lines()).isEmpty();
    }

    /** A version that accepted any name registered them; {@code log} says so once. */
    @Test
    void leavesWhatSparkDidNotNameUnlessThatIsAllowed() throws Exception {
        LocalDir sparks = over("blockmgr-99aa7dea-5770-4344-8062-81bca143a06e");
        LocalDir notes = over("blockmgr-notes");
        LocalDir others = over("blockmgr-others");
        List<Path> roots = List.of(localDirs.root);
        reclaimer.close();
        metrics = new MetricRegistry();
        reclaimer =
                reclaimer(LocalDirPolicy.of(roots, LocalDirNaming.SPARK, RootProbers.inCallersThread(roots), metrics));
        reclaim(APP, List.of(sparks, notes, others));
        assertThat(sparks.path()).doesNotExist();
        assertThat(notes.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(others.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(intents()).isEmpty();
        assertThat(count("rejected")).isEqualTo(2);
        assertThat(log.lines()).hasSize(1).first().asString().contains("blockmgr-notes is not deleted");
    }

    @Test
    void keepsTheFilesWhileTheyAreRead() throws Exception {
        reading.add(APP);
        LocalDir dir = over("blockmgr-1");
        reclaim(APP, List.of(dir));
        time.pass(HOUR);
        reclaimer.check();
        assertThat(dir.path()).doesNotExist();
        assertThat(LocalDirFixture.going(dir).resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(intents()).hasSize(1);
        assertThat(gauge("pendingBytes")).isEqualTo((long) LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);

        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
        assertThat(gauge("pendingBytes")).isEqualTo(0L);
    }

    @Test
    void doesNotWaitForReadsOfAnotherApplication() throws Exception {
        reading.add("app-2");
        reclaim(APP, List.of(over("blockmgr-1")));
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void touchesNothingNewOfTheOldNameWhileItWaits() throws Exception {
        reading.add(APP);
        LocalDir dir = over("blockmgr-1");
        reclaim(APP, List.of(dir));
        localDirs.filledDir("blockmgr-1");
        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(LocalDirFixture.going(dir)).doesNotExist();
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
    }

    @Test
    void takesADirThatIsNotThereAsDone() throws Exception {
        reclaimer.reclaim(List.of(new StoredRemoval(over("blockmgr-1"), APP, null)));
        reclaimer.reclaim(List.of(new StoredRemoval(localDirs.dir("spark-1/blockmgr-2"), APP, null)));
        assertThat(intents()).isEmpty();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void resumesAfterACrashBeforeTheRename() throws Exception {
        over("blockmgr-1");
        crashAndResume();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void resumesAfterACrashBetweenRenameAndDelete() throws Exception {
        reading.add(APP);
        LocalDir dir = over("spark-1/executor-1/blockmgr-1");
        reclaim(APP, List.of(dir));
        assertThat(LocalDirFixture.going(dir)).isDirectory();
        reading.clear();
        crashAndResume();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void resumesAfterACrashInTheMiddleOfDeleting() throws Exception {
        LocalDir dir = over("spark-1/executor-1/blockmgr-1");
        LocalDirDeletion.mark(dir);
        Files.delete(LocalDirFixture.going(dir).resolve("00/shuffle_0_0_0.data"));
        crashAndResume();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void resumesAfterACrashBetweenDeleteAndItsParents() throws Exception {
        LocalDir dir = over("spark-1/executor-1/blockmgr-1");
        LocalDirDeletion.mark(dir);
        try (SecureDirectoryStream<Path> parent =
                SecureDirectories.open(localDirs.root, localDirs.root.resolve("spark-1/executor-1"))) {
            Path going = LocalDirFixture.going(dir);
            new TreeDeleter(() -> false, bytes -> {}).delete(parent, going.getFileName(), going);
        }
        crashAndResume();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void triesAgainLaterAndLaterAndWarnsOnce() throws Exception {
        failing.add(APP);
        LocalDir dir = over("blockmgr-1");
        reclaim(APP, List.of(dir));
        assertThat(count("failures")).isEqualTo(1);
        reclaimer.check();
        assertThat(count("failures")).as("no time has passed").isEqualTo(1);
        for (int seconds : new int[] {1, 4, 16, 64, 256, 1024, 3600, 3600}) {
            long before = count("failures");
            time.pass(Duration.ofSeconds(seconds).minusMillis(1));
            reclaimer.check();
            assertThat(count("failures")).isEqualTo(before);
            time.pass(Duration.ofMillis(1));
            reclaimer.check();
            assertThat(count("failures")).isEqualTo(before + 1);
        }
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("WARN", dir.path().toString(), APP, "broken");
        assertThat(intents()).hasSize(1);

        failing.clear();
        time.pass(HOUR);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void oneDirThatFailsDoesNotKeepOthers() throws Exception {
        failing.add("app-2");
        LocalDir bad = over("blockmgr-2");
        reclaim("app-2", List.of(bad));
        reclaim(APP, List.of(over("blockmgr-1")));
        assertThat(localDirs.root.resolve("blockmgr-1")).doesNotExist();
        assertThat(localDirs.root.resolve("going-blockmgr-1")).doesNotExist();
        assertThat(LocalDirFixture.going(bad)).isDirectory();
    }

    @Test
    void triesAgainIfTheIntentCannotBeDeleted() throws Exception {
        LocalDir dir = over("blockmgr-1");
        store.close();
        reclaim(APP, List.of(dir));
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(count("failures")).isEqualTo(1);
        start();
        reclaimer.reclaim(store.load().removals());
        assertThat(intents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1", "spark-1/executor-1", "spark-1/executor-1/blockmgr-1"})
    void refusesADirThatWasSwappedForALink(String swapped) throws Exception {
        LocalDir dir = over("spark-1/executor-1/blockmgr-1");
        Path place = localDirs.root.resolve(swapped);
        Files.move(place, temp.resolve("aside"));
        Files.createSymbolicLink(place, localDirs.outside.resolve(swapped));
        reclaim(APP, List.of(dir));
        reclaimer.check();
        time.pass(HOUR);
        reclaimer.check();
        assertThat(place).isSymbolicLink();
        assertThat(log.lines()).singleElement().asString().contains("ERROR", place.toString(), "symbolic link");
        assertThat(count("rejected")).isEqualTo(2);
        assertThat(intents()).hasSize(1);

        Files.delete(place);
        Files.move(temp.resolve("aside"), place);
        time.pass(HOUR);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void forgetsAGoingDirThatWasSwappedForALinkWhichItLeaves() throws Exception {
        reading.add(APP);
        LocalDir dir = over("blockmgr-1");
        reclaim(APP, List.of(dir));
        Files.move(LocalDirFixture.going(dir), temp.resolve("aside"));
        Files.createSymbolicLink(LocalDirFixture.going(dir), localDirs.outside.resolve("blockmgr-1"));
        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(LocalDirFixture.going(dir)).isSymbolicLink();
        assertThat(temp.resolve("aside/0a")).isNotEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void refusesAFileInPlaceOfTheDir() throws Exception {
        LocalDir dir = localDirs.dir("blockmgr-1");
        Files.writeString(dir.path(), "a file");
        reclaim(APP, List.of(dir));
        assertThat(dir.path()).hasContent("a file");
        assertThat(log.lines()).singleElement().asString().contains("ERROR", "is a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "spark-1", "going-blockmgr-1", "blockmgr-", "going-blockmgr-1/blockmgr-2"})
    void refusesOtherNames(String path) throws Exception {
        LocalDir dir = over(path);
        reclaim(APP, List.of(dir));
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("ERROR", dir.path().toString());
        assertThat(count("rejected")).isEqualTo(1);
    }

    @Test
    void refusesEveryDirUnderARootThatIsNotAllowedAnyMore() throws Exception {
        List<LocalDir> dirs = List.of(over("blockmgr-1"), over("blockmgr-2"));
        store.close();
        start();
        reclaimer = reclaimer(List.of(Files.createDirectory(temp.resolve("other"))), new MetricRegistry());
        reclaimer.reclaim(store.load().removals());
        for (LocalDir dir : dirs) {
            assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        }
        assertThat(log.lines()).singleElement().asString().contains("ERROR", localDirs.root.toString());
        assertThat(intents()).hasSize(2);
    }

    private Reclaimer reclaimer(List<Path> roots, MetricRegistry into) throws IOException {
        metrics = into;
        return reclaimer(roots);
    }

    @Test
    void beginsNothingOnceClosed() throws Exception {
        LocalDir dir = over("blockmgr-1");
        reclaimer.close();
        reclaim(APP, List.of(dir));
        reclaimer.check();
        assertThat(dir.path().resolve("0a")).isDirectory();
        assertThat(intents()).hasSize(1);
    }

    /** A filled dir whose intent is in the store, as the registry leaves it. */
    private LocalDir over(String path) throws Exception {
        LocalDir dir = localDirs.filledDir(path);
        store.removeApplication(APP, List.of(new StoredRemoval(dir, APP, null))).get(1, TimeUnit.MINUTES);
        return dir;
    }

    private void reclaim(String appId, List<LocalDir> dirs) {
        reclaimer.reclaim(
                dirs.stream().map(dir -> new StoredRemoval(dir, appId, null)).toList());
    }

    private void crashAndResume() throws Exception {
        store.close();
        start();
        reclaimer.reclaim(store.load().removals());
    }

    /** After all that was asked of the store before. */
    private List<StoredRemoval> intents() throws Exception {
        store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
        return store.load().removals();
    }

    private long count(String name) {
        return metrics.counter("shuffleService.cleanup." + name).getCount();
    }

    private Object gauge(String name) {
        return metrics.gauge("shuffleService.cleanup." + name).getValue();
    }
}
