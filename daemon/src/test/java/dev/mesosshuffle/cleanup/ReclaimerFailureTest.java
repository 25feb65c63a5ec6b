package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.testing.DirectRootExecutors;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots that are not mounted, files that cannot be deleted, and dirs that are written to. */
final class ReclaimerFailureTest {
    private static final String APP = "app-1";
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTicker time = new ManualTicker();
    private final LogCapture log = LogCapture.ofPackages(Reclaimer.class);
    private MetricRegistry metrics = new MetricRegistry();
    private Runnable beforeEachFile = () -> {};

    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private Path away;
    private StateStore store;
    private Reclaimer reclaimer;

    @BeforeEach
    void setUp() throws Exception {
        localDirs = LocalDirFixture.in(temp);
        away = temp.toRealPath().resolve("away");
        start();
    }

    private void start() throws Exception {
        metrics = new MetricRegistry();
        store = StateStore.open(temp.resolve("state"), 7337, Clock.systemUTC(), metrics);
        LocalDirPolicy policy = LocalDirPolicy.of(List.of(localDirs.root), metrics);
        reclaimer = new Reclaimer(
                store,
                TestRemovalGuards.of(policy, temp.resolve("state"), appId -> false),
                time,
                DirectRootExecutors.withPause(() -> beforeEachFile.run()),
                metrics,
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
    }

    @AfterEach
    void tearDown() throws IOException {
        stop();
        log.close();
        localDirs.assertOutsideUntouched();
    }

    private void stop() {
        reclaimer.close();
        store.close();
    }

    private void restart() throws Exception {
        stop();
        start();
        reclaimer.reclaim(store.loadRemovals());
    }

    @Test
    void keepsTheIntentWhileAnotherDirIsInPlaceOfTheRoot() throws Exception {
        over("spark-1/blockmgr-1");
        unmount();
        Files.createDirectory(localDirs.root);
        restart();
        later(Reclaimer.ROOT_RETRY_DELAY);
        later(Reclaimer.ROOT_RETRY_DELAY);
        assertThat(intents()).hasSize(1);
        assertThat(count("failures")).isZero();
        assertThat(count("rejected")).isZero();
        assertThat(log.lines()).as("logged by the monitor of roots").isEmpty();

        Files.delete(localDirs.root);
        mount();
        later(Reclaimer.ROOT_RETRY_DELAY.minusMillis(1));
        assertThat(intents()).as("it was not looked at").hasSize(1);
        later(Duration.ofMillis(1));
        assertThat(intents()).isEmpty();
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void keepsTheIntentWhileThereIsNothingInPlaceOfTheRoot() throws Exception {
        over("blockmgr-1");
        unmount();
        restart();
        assertThat(intents()).hasSize(1);
        assertThat(reclaimer.rootInodes()).containsOnlyKeys(localDirs.root);

        mount();
        later(Reclaimer.ROOT_RETRY_DELAY);
        assertThat(intents()).isEmpty();
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void keepsTheIntentIfTheRootGoesWhileTheServiceRuns() throws Exception {
        StoredRemoval intent = over("blockmgr-1");
        unmount();
        Files.createDirectory(localDirs.root);
        reclaimer.reclaim(List.of(intent));
        assertThat(intents()).hasSize(1);

        Files.delete(localDirs.root);
        mount();
        later(Reclaimer.ROOT_RETRY_DELAY);
        assertThat(intents()).isEmpty();
    }

    @Test
    void keepsTheIntentIfTheRootGoesWhileItDeletes() throws Exception {
        StoredRemoval intent = over("blockmgr-1");
        int[] files = {0};
        beforeEachFile = () -> {
            files[0]++;
            // The dir is open, and no file in it is deleted yet.
            if (files[0] == 1) {
                unmountUnchecked();
            }
        };
        reclaimer.reclaim(List.of(intent));
        assertThat(intents()).hasSize(1);
    }

    @Test
    void followsNoLinkInPlaceOfTheRoot() throws Exception {
        over("blockmgr-1");
        unmount();
        Files.createSymbolicLink(localDirs.root, localDirs.outside);
        restart();
        later(Reclaimer.ROOT_RETRY_DELAY);
        assertThat(intents()).hasSize(1);
        Files.delete(localDirs.root);
        mount();
    }

    @Test
    void takesADirThatIsNotThereAsDoneIfItsRootIs() throws Exception {
        StoredRemoval intent = over("blockmgr-1");
        LocalDirFixture.fill(Files.createDirectory(localDirs.root.resolve("blockmgr-2")));
        Files.move(intent.dir().path(), away);
        restart();
        assertThat(intents()).isEmpty();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void countsTheBytesThatCannotBeDeletedAndWarnsOnce() throws Exception {
        StoredRemoval intent = over("blockmgr-1");
        Path stuck = intent.dir().path().resolve("0a/shuffle_0_1_0.data");
        try (Obstacle obstacle = Obstacle.to(stuck)) {
            reclaimer.reclaim(List.of(intent));
            assertThat(gauge("pendingBytes")).isEqualTo(obstacle.bytesLeft());
            assertThat(count("deletedBytes"))
                    .isEqualTo(LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE - obstacle.bytesLeft());
            later(HOUR);
            assertThat(log.lines()).isEmpty();
            later(HOUR);
            later(HOUR);
            assertThat(count("failures")).isEqualTo(4);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("WARN Cannot delete local dir " + intent.dir().path());
            assertThat(gauge("pendingBytes")).isEqualTo(obstacle.bytesLeft());
            assertThat(intents()).hasSize(1);

            restart();
            assertThat(gauge("pendingBytes")).as("after a restart").isEqualTo(obstacle.bytesLeft());
        }
        later(HOUR);
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(gauge("pendingBytes")).isEqualTo(0L);
        assertThat(intents()).isEmpty();
    }

    @Test
    void deletesWhatIsWrittenWhileItDeletes() throws Exception {
        StoredRemoval intent = over("blockmgr-1");
        int[] written = {0};
        beforeEachFile = () -> {
            if (written[0] < 50 && write("late-" + written[0])) {
                written[0]++;
            }
        };
        reclaimer.reclaim(List.of(intent));
        assertThat(written[0]).isEqualTo(50);
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(gauge("pendingBytes")).isEqualTo(0L);
    }

    private boolean write(String name) {
        try {
            Files.writeString(localDirs.root.resolve("going-blockmgr-1/0a").resolve(name), "late");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A file that this process cannot delete, whoever it runs as: root may everything, but not delete a mount point. */
    private record Obstacle(Path subDir, Path going, boolean mounted, long bytesLeft) implements AutoCloseable {
        static Obstacle to(Path file) throws IOException {
            Path subDir = Objects.requireNonNull(file.getParent());
            Path dir = Objects.requireNonNull(subDir.getParent());
            Path going = dir.resolveSibling("going-" + dir.getFileName()).resolve("0a");
            Files.setPosixFilePermissions(subDir, PosixFilePermissions.fromString("r-xr-xr-x"));
            if (!Files.isWritable(subDir)) {
                return new Obstacle(subDir, going, false, 2L * LocalDirFixture.FILE_SIZE);
            }
            assumeTrue(run("mount", "--bind", file.toString(), file.toString()), "mounting is not permitted here");
            return new Obstacle(subDir, going, true, LocalDirFixture.FILE_SIZE);
        }

        @Override
        public void close() throws IOException {
            if (mounted) {
                assertThat(run("umount", going.resolve("shuffle_0_1_0.data").toString()))
                        .isTrue();
            } else {
                Files.setPosixFilePermissions(going, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }

        private static boolean run(String... command) throws IOException {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .onExit()
                            .orTimeout(1, TimeUnit.MINUTES)
                            .join()
                            .exitValue()
                    == 0;
        }
    }

    private void later(Duration duration) {
        time.pass(duration);
        reclaimer.check();
    }

    private void unmount() throws IOException {
        Files.move(localDirs.root, away);
    }

    private void unmountUnchecked() {
        try {
            unmount();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mount() throws IOException {
        Files.move(away, localDirs.root);
    }

    /** A filled dir whose intent is in the store, as the registry leaves it. */
    private StoredRemoval over(String path) throws Exception {
        LocalDir dir = localDirs.filledDir(path);
        StoredRemoval intent = new StoredRemoval(dir, APP, (Long) Files.getAttribute(localDirs.root, "unix:ino"));
        store.removeApplication(APP, List.of(intent)).get(1, TimeUnit.MINUTES);
        return intent;
    }

    /** After all that was asked of the store before. */
    private List<StoredRemoval> intents() throws Exception {
        store.deleteExecutors(List.of()).get(1, TimeUnit.MINUTES);
        return store.loadRemovals();
    }

    private long count(String name) {
        return metrics.counter("shuffleService.cleanup." + name).getCount();
    }

    private Object gauge(String name) {
        return metrics.gauge("shuffleService.cleanup." + name).getValue();
    }
}
