package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mesosshuffle.host.MountPoints;
import dev.mesosshuffle.host.OpenFiles;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.orphans.NotAnOrphanException;
import dev.mesosshuffle.orphans.TreeInspector;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is mounted inside is not ours to delete. Passed over where mounting is not permitted. */
final class MountTest {
    private final Deque<Path> mounts = new ArrayDeque<>();

    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private LocalDir dir;

    @BeforeEach
    void setUp() throws IOException {
        localDirs = LocalDirFixture.in(temp);
        dir = localDirs.filledDir("spark-1/blockmgr-1");
    }

    @AfterEach
    void unmount() throws Exception {
        for (Path mount : mounts) {
            assertThat(run("umount", mount.toString())).isTrue();
        }
        localDirs.assertOutsideUntouched();
    }

    @Test
    void leavesAnotherFileSystemThatIsMountedInside() throws Exception {
        mount(Files.createDirectory(going().resolve("0a/mount")), "-t", "tmpfs", "-o", "size=64k", "none");
        Files.writeString(going().resolve("0a/mount/precious"), "keep me");
        assertLeft("0a/mount");
        assertThat(going().resolve("0a/mount/precious")).hasContent("keep me");
    }

    @Test
    void leavesAFileSystemThatIsMountedWhileItDeletes() throws Exception {
        Path going = going();
        assumeTrue(mayMount(), "mounting is not permitted here");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LocalDirDeletion.delete(dir, () -> false, bytes -> mountOverTheRest(going)))
                .withMessageContaining("another file system is mounted here");
        assertThat(mounts)
                .hasSize(2)
                .allSatisfy(place -> assertThat(place.resolve("precious")).exists());
    }

    private void mountOverTheRest(Path going) {
        try (var left = Files.list(going)) {
            for (Path subDir : left.toList()) {
                if (mounts.size() < 2 && isWhole(subDir)) {
                    mount(subDir, "-t", "tmpfs", "-o", "size=64k", "none");
                    Files.writeString(subDir.resolve("precious"), "keep me");
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isWhole(Path subDir) throws IOException {
        try (var files = Files.list(subDir)) {
            return files.count() == LocalDirFixture.FILES / 3;
        }
    }

    private boolean mayMount() throws Exception {
        Path place = Files.createDirectory(temp.resolve("trial"));
        return run("mount", "-t", "tmpfs", "-o", "size=64k", "none", place.toString())
                && run("umount", place.toString());
    }

    @Test
    void leavesAPartOfTheSameFileSystemThatIsMountedInside() throws Exception {
        mount(Files.createDirectory(going().resolve("0a/mo unt")), "--bind", localDirs.outside.toString());
        assertLeft("0a/mo unt");
        localDirs.assertOutsideUntouched();
    }

    @Test
    void leavesAPartOfTheSameFileSystemThatIsMountedWhileItDeletes() throws Exception {
        Path going = going();
        mount(Files.createDirectory(temp.resolve("trial")), "--bind", localDirs.outside.toString());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LocalDirDeletion.delete(dir, () -> false, bytes -> bindOverTheRest(going)))
                .withMessageContaining("another file system is mounted here");
        localDirs.assertOutsideUntouched();
    }

    private void bindOverTheRest(Path going) {
        try (var left = Files.list(going)) {
            for (Path subDir : left.toList()) {
                if (mounts.size() < 3 && isWhole(subDir)) {
                    mount(
                            subDir,
                            "--bind",
                            localDirs.outside.resolve("blockmgr-1").toString());
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void leavesAFileThatIsMountedOverAFile() throws Exception {
        Path place = going().resolve("0a/shuffle_0_0_0.data");
        mount(place, "--bind", localDirs.outside.resolve("precious").toString());
        assertLeft("0a/shuffle_0_0_0.data");
        localDirs.assertOutsideUntouched();
    }

    @Test
    void leavesAGoingDirThatIsAMountItself() throws Exception {
        mount(going(), "--bind", localDirs.outside.toString());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(this::delete)
                .withMessageContaining("another file system is mounted here");
        localDirs.assertOutsideUntouched();
    }

    @Test
    void doesNotMoveDeepDirsAboutBesideAMount() throws Exception {
        Path deep = Files.createDirectories(going().resolve("a/".repeat(40)));
        mount(deep, "--bind", localDirs.outside.toString());
        assertThatExceptionOfType(IOException.class).isThrownBy(this::delete).withMessageContaining("too deep");
        assertThat(deep.resolve("precious")).exists();
    }

    @Test
    void deletesTheRestOnceNothingIsMountedAnyMore() throws Exception {
        mount(Files.createDirectory(going().resolve("0a/mount")), "-t", "tmpfs", "-o", "size=64k", "none");
        assertLeft("0a/mount");
        assertThat(run("umount", mounts.remove().toString())).isTrue();
        delete();
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void doesNotRenameAMount() throws Exception {
        mount(dir.path(), "-t", "tmpfs", "-o", "size=64k", "none");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> LocalDirDeletion.mark(dir));
        assertThat(dir.path()).isDirectory();
    }

    @Test
    void isNoOrphanWithAnotherFileSystemMountedInside() throws Exception {
        assertThatCode(() -> inspect("spark-1")).doesNotThrowAnyException();
        mount(Files.createDirectory(dir.path().resolve("0a/mount")), "-t", "tmpfs", "-o", "size=64k", "none");
        assertThatExceptionOfType(NotAnOrphanException.class)
                .isThrownBy(() -> inspect("spark-1"))
                .withMessageContaining("mounted at " + dir.path());
        assertThatExceptionOfType(NotAnOrphanException.class).isThrownBy(() -> inspect("spark-1/blockmgr-1"));
    }

    @Test
    void isNoOrphanWithAPartOfTheSameFileSystemMountedInside() throws Exception {
        mount(Files.createDirectory(dir.path().resolve("0a/mount")), "--bind", localDirs.outside.toString());
        assertThatExceptionOfType(NotAnOrphanException.class).isThrownBy(() -> inspect("spark-1"));
    }

    @Test
    void isNoOrphanIfItIsAMountItself() throws Exception {
        mount(dir.path(), "--bind", localDirs.outside.toString());
        assertThatExceptionOfType(NotAnOrphanException.class).isThrownBy(() -> inspect("spark-1/blockmgr-1"));
        assertThatExceptionOfType(NotAnOrphanException.class).isThrownBy(() -> inspect("spark-1"));
    }

    /** However young it is. */
    private void inspect(String path) throws Exception {
        new TreeInspector(
                        localDirs.dir(path),
                        new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                        Duration.ofDays(-1),
                        OpenFiles.inspect(Files.createTempDirectory(temp, "proc"), 1),
                        ProcessCredentials.current(),
                        () -> false)
                .inspect();
    }

    @Test
    void knowsWhatIsMounted() throws Exception {
        assertThat(MountPoints.under(Path.of("/")).contains(Path.of("/"))).isTrue();
        assertThat(MountPoints.under(dir.path()).isEmpty()).isTrue();
        mount(dir.path(), "-t", "tmpfs", "-o", "size=64k", "none");
        for (Path above : List.of(dir.path(), localDirs.root.resolve("spark-1"))) {
            assertThat(MountPoints.under(above).contains(dir.path())).isTrue();
            assertThat(MountPoints.under(above).any()).isEqualTo(dir.path().toString());
        }
        assertThat(MountPoints.under(dir.path().resolveSibling("blockmgr-11")).isEmpty())
                .isTrue();
    }

    private Path going() throws IOException {
        LocalDirDeletion.mark(dir);
        return LocalDirFixture.going(dir);
    }

    private void assertLeft(String mount) throws Exception {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(this::delete)
                .withMessageContaining(going() + "/" + mount + ": another file system is mounted here");
        // All else is gone.
        assertThat(going().resolve("00")).doesNotExist();
        try (var left = Files.list(going().resolve("0a"))) {
            assertThat(left).containsExactly(going().resolve(mount));
        }
    }

    private void delete() throws IOException {
        LocalDirDeletion.delete(dir, () -> false, bytes -> {});
    }

    private void mount(Path place, String... options) throws Exception {
        String[] command = new String[options.length + 2];
        command[0] = "mount";
        System.arraycopy(options, 0, command, 1, options.length);
        command[command.length - 1] = place.toString();
        assumeTrue(run(command), "mounting is not permitted here");
        mounts.push(place);
    }

    private static boolean run(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return false;
        }
        return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    }
}
