package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.DirectExecutorService;
import dev.mesosshuffle.testing.ScarceLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With work done in the caller's thread, and time that passes when told to; the store is a real one. */
final class ReclaimerTest extends ReclaimerHost {
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
        assertThat(gauge("oldestPendingSeconds")).isEqualTo(HOUR.toSeconds());

        reading.clear();
        time.pass(SOON);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
        assertThat(gauge("pendingBytes")).isEqualTo(0L);
        assertThat(gauge("oldestPendingSeconds")).isEqualTo(0L);
    }

    @Test
    void measuresTheOldestRemovalThoughOthersAreDone() throws Exception {
        reading.add(APP);
        reclaim(APP, List.of(over("blockmgr-1")));
        time.pass(HOUR);
        reclaim("app-2", List.of(over("blockmgr-2")));
        reading.add("app-3");
        reclaim("app-3", List.of(over("blockmgr-3")));
        assertThat(gauge("pendingDirs")).isEqualTo(2);
        assertThat(gauge("oldestPendingSeconds")).isEqualTo(HOUR.toSeconds());
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

    @Test
    void deletesADirWhoseIntentIsStoredThoughThatSeemedToHaveFailed() throws Exception {
        LocalDir dir = over("blockmgr-1");
        PreparedRemovals prepared = reclaimer.prepare(List.of(new StoredRemoval(dir, APP, null)));
        prepared.cancel();
        assertThat(dir.path()).exists();
        prepared.startLate();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
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

    @Test
    void triesAgainIfThereIsNoMemoryToReportAFailure() throws Exception {
        failing.add(APP);
        reclaim(APP, List.of(over("blockmgr-1")));
        try (ScarceLog scarce = ScarceLog.of(RemovalFailures.class)) {
            // The one that is reported.
            for (int i = 0; i < 2; i++) {
                time.pass(HOUR);
                reclaimer.check();
            }
            assertThat(scarce.isUsed()).isTrue();
        }
        failing.clear();
        time.pass(HOUR);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }

    @Test
    void triesAgainIfThereIsNoMemoryToReportThatNoneWasThereToStart() throws Exception {
        int[] shortages = {1};
        RootExecutors scarce = new RootExecutors(
                root -> new DirectExecutorService() {
                    @Override
                    public void execute(Runnable task) {
                        if (shortages[0]-- > 0) {
                            throw new OutOfMemoryError("for a test");
                        }
                        super.execute(task);
                    }
                },
                () -> new RateLimiter(() -> 0, System::nanoTime, nanos -> {}));
        reclaimer = new Reclaimer(
                store,
                TestRemovalGuards.of(
                        LocalDirPolicy.of(List.of(localDirs.root), new MetricRegistry()),
                        temp.resolve("state"),
                        this::isRead),
                time,
                scarce,
                new MetricRegistry(),
                ByteBudget.of(Long.MAX_VALUE),
                EventRecorder.NONE);
        LocalDir dir = over("blockmgr-1");
        try (ScarceLog noLog = ScarceLog.of(ThreadShortage.class)) {
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> reclaim(APP, List.of(dir)));
            assertThat(noLog.isUsed()).isTrue();
        }
        time.pass(SOON);
        reclaimer.check();
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(intents()).isEmpty();
    }
}
