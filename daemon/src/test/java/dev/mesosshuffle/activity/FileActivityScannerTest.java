package dev.mesosshuffle.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.OwnedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where is looked, and what comes of looks into several places. */
final class FileActivityScannerTest {
    private static final Duration OLD = Duration.ofDays(100);
    private static final long NOW = System.currentTimeMillis();

    @TempDir
    private Path temp;

    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Path> disks = new ArrayList<>();
    private final List<LocalDir> dirs = new ArrayList<>();
    private final FileActivityScanner changes = new FileActivityScanner(
            (disk, task) -> {
                disks.add(disk);
                tasks.add(task);
            },
            FileTimes.ON_DISK,
            new FileAgeClock(() -> NOW, () -> 0),
            () -> 0);

    @BeforeEach
    void makeTwoDirsOnEachOfTwoDisks() throws IOException {
        for (String disk : List.of("disk-1", "disk-2")) {
            for (String name : List.of("blockmgr-1", "blockmgr-2")) {
                LocalDir dir =
                        new LocalDir(temp.resolve(disk), temp.resolve(disk).resolve(name));
                for (String subDir : List.of("00", "0a")) {
                    touch(Files.createDirectories(dir.path().resolve(subDir)), OLD);
                }
                touch(dir.path(), OLD);
                dirs.add(dir);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "disk-1/blockmgr-1",
        "disk-1/blockmgr-1/0a",
        "disk-1/blockmgr-2/00",
        "disk-2/blockmgr-1/0a",
        "disk-2/blockmgr-2",
    })
    void tellsTheNewestChangeWhereverItIs(String changed) throws Exception {
        touch(temp.resolve(changed), Duration.ofMinutes(3));
        assertThat(newest(dirs)).isEqualTo(age(Duration.ofMinutes(3)));
    }

    @Test
    void tellsOfAChangeAmongWhatIsNotThere() throws Exception {
        LocalDir nothing = new LocalDir(temp.resolve("disk-1"), temp.resolve("disk-1/blockmgr-0"));
        touch(dirs.get(3).path(), Duration.ofMinutes(3));
        assertThat(newest(List.of(nothing, dirs.get(3)))).isEqualTo(age(Duration.ofMinutes(3)));
        assertThat(newest(List.of(nothing))).isEqualTo(LastChange.NOTHING);
    }

    @Test
    void waitsForEachDiskAndLooksAtEachOnItsOwnThread() throws Exception {
        CompletableFuture<LastChange> look = changes.newestChange(owned(dirs));
        assertThat(disks).containsExactlyInAnyOrder(temp.resolve("disk-1"), temp.resolve("disk-2"));
        tasks.get(0).run();
        assertThat(look).isNotDone();
        tasks.get(1).run();
        assertThat(look).isCompleted();
    }

    private static List<OwnedDirectory> owned(List<LocalDir> dirs) throws IOException {
        List<OwnedDirectory> owned = new ArrayList<>();
        for (LocalDir dir : dirs) {
            owned.add(new OwnedDirectory(dir, (Long) Files.getAttribute(dir.root(), "unix:ino")));
        }
        return owned;
    }

    private LastChange newest(List<LocalDir> where) throws Exception {
        CompletableFuture<LastChange> look = changes.newestChange(owned(where));
        tasks.forEach(Runnable::run);
        tasks.clear();
        return look.get();
    }

    private static LastChange age(Duration age) {
        return new LastChange(age.toNanos(), LastChange.NONE, null);
    }

    private static void touch(Path path, Duration age) throws IOException {
        Files.setLastModifiedTime(path, FileTime.fromMillis(NOW - age.toMillis()));
    }
}
