package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.host.NotADirectoryException;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.DirContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalDirDeletionTest {
    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;

    @BeforeEach
    void setUp() throws IOException {
        localDirs = LocalDirFixture.in(temp);
    }

    @AfterEach
    void nothingOutsideChanged() throws IOException {
        localDirs.assertOutsideUntouched();
    }

    @Test
    void renamesADirBesideItself() throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/blockmgr-1");
        var before = DirContents.of(dir.path());
        LocalDirDeletion.mark(dir);
        assertThat(dir.path()).doesNotExist();
        assertThat(DirContents.of(LocalDirFixture.going(dir))).isEqualTo(before);
    }

    @Test
    void takesAnotherNameIfOneIsTaken() throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        Files.createDirectory(localDirs.root.resolve("going-blockmgr-1"));
        LocalDirDeletion.mark(dir);
        assertThat(localDirs.root.resolve("going-2-blockmgr-1/0a")).isDirectory();
        assertThat(localDirs.root.resolve("going-blockmgr-1")).isEmptyDirectory();
    }

    @Test
    void deletesADirThoughSomebodyTookEveryNameThatCanBeForeseen() throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        LocalDir other = localDirs.filledDir("blockmgr-2");
        for (Path name : LocalDirNames.deletionNames(Path.of("blockmgr-1"))) {
            Files.createFile(localDirs.root.resolve(name));
        }
        LocalDirDeletion.mark(dir);
        assertThat(dir.path()).doesNotExist();
        Path marked = markedAtRandom();
        assertThat(LocalDirNames.originalName(marked)).isEqualTo(dir.path());
        assertThat(LocalDirDeletion.size(dir, () -> false))
                .isEqualTo(LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);

        delete(dir);
        assertThat(marked).doesNotExist();
        assertThat(localDirs.root.resolve("going-blockmgr-1")).isRegularFile();
        assertThat(other.path().resolve("0a")).isDirectory();
    }

    @Test
    void deletesNoDirThatSomebodyNamedLikeAnotherOne() throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        Files.createFile(localDirs.root.resolve("going-blockmgr-1"));
        List<String> foreign = List.of("going-r0123-blockmgr-1", "going-r0123456789abcdef-blockmgr-11", "r-blockmgr-1");
        for (String name : foreign) {
            localDirs.filledDir(name);
        }
        LocalDirDeletion.mark(dir);
        delete(dir);
        assertThat(localDirs.root.resolve("going-2-blockmgr-1")).doesNotExist();
        assertThat(foreign)
                .allSatisfy(name -> assertThat(localDirs.root.resolve(name)).isNotEmptyDirectory());
    }

    private Path markedAtRandom() throws IOException {
        try (var entries = Files.newDirectoryStream(localDirs.root, "going-r*")) {
            return entries.iterator().next();
        }
    }

    @Test
    void hasNothingToRenameIfTheDirIsNotThere() throws IOException {
        LocalDirDeletion.mark(localDirs.dir("blockmgr-1"));
        LocalDirDeletion.mark(localDirs.dir("spark-1/blockmgr-1"));
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void deletesAllNamesThatADirGoesUnderAndNothingElse() throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/blockmgr-1");
        LocalDirDeletion.mark(dir);
        localDirs.filledDir("spark-1/going-3-blockmgr-1");
        var kept = List.of("blockmgr-1", "blockmgr-11", "going-blockmgr-11", "going-9-blockmgr-1", "going-x", "other");
        for (String name : kept) {
            localDirs.filledDir("spark-1/" + name);
        }
        delete(dir);
        try (var left = Files.list(localDirs.root.resolve("spark-1"))) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrderElementsOf(kept);
        }
    }

    @Test
    void tellsOfEachFile() throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        LocalDirDeletion.mark(dir);
        assertThat(LocalDirDeletion.size(dir, () -> false))
                .isEqualTo(LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);
        List<Long> files = new ArrayList<>();
        LocalDirDeletion.delete(dir, () -> false, files::add);
        assertThat(files)
                .hasSize(LocalDirFixture.FILES)
                .allSatisfy(bytes -> assertThat(bytes).isEqualTo((long) LocalDirFixture.FILE_SIZE));
    }

    @Test
    void deletesEmptyParentsOfSpark() throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
        LocalDirDeletion.mark(dir);
        delete(dir);
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void deletesEmptyParentsOfADirThatIsGoneAlready() throws IOException {
        Files.createDirectories(localDirs.root.resolve("spark-1/executor-1"));
        delete(localDirs.dir("spark-1/executor-1/blockmgr-1"));
        assertThat(localDirs.root).isEmptyDirectory();
        Files.createDirectories(localDirs.root.resolve("spark-1"));
        delete(localDirs.dir("spark-1/executor-1/blockmgr-1"));
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @Test
    void keepsParentsThatAreNotEmpty() throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
        LocalDir other = localDirs.filledDir("spark-1/executor-2/blockmgr-2");
        LocalDirDeletion.mark(dir);
        delete(dir);
        assertThat(localDirs.root.resolve("spark-1/executor-1")).doesNotExist();
        assertThat(other.path().resolve("0a")).isDirectory();
    }

    @Test
    void keepsParentsOfOtherNamesAndWhatLiesAboveThem() throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/mine/blockmgr-1");
        LocalDirDeletion.mark(dir);
        delete(dir);
        assertThat(localDirs.root.resolve("spark-1/mine")).isEmptyDirectory();
    }

    @Test
    void keepsTheRootWhateverItsName() throws IOException {
        Path root = Files.createDirectory(temp.toRealPath().resolve("spark-root"));
        LocalDir dir = new LocalDir(root, Files.createDirectory(root.resolve("blockmgr-1")));
        LocalDirDeletion.mark(dir);
        delete(dir);
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void deletesWhateverLiesInside() throws Exception {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        Path inside = dir.path().resolve("0a");
        Files.createSymbolicLink(inside.resolve("to-file"), localDirs.outside.resolve("precious"));
        Files.createSymbolicLink(inside.resolve("to-dir"), localDirs.outside);
        Files.createSymbolicLink(inside.resolve("to-root"), localDirs.root);
        Files.createSymbolicLink(inside.resolve("to-nothing"), Path.of("nothing"));
        Files.createSymbolicLink(inside.resolve("to-itself"), Path.of("to-itself"));
        Files.createLink(inside.resolve("hard"), localDirs.outside.resolve("precious"));
        Files.createDirectory(inside.resolve("blockmgr-2"));
        Files.createFile(inside.resolve("-rf *\n"));
        command("mkfifo", inside.resolve("pipe").toString());
        command("sh", "-c", "cd \"$0\" && : > \"$(printf 'not\\377text')\"", inside.toString());
        LocalDirDeletion.mark(dir);
        delete(dir);
        assertThat(localDirs.root).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1", "spark-1/executor-1", "spark-1/executor-1/blockmgr-1"})
    void renamesNothingThroughALink(String swapped) throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
        swapForALink(swapped);
        assertThatExceptionOfType(NotADirectoryException.class)
                .isThrownBy(() -> LocalDirDeletion.mark(dir))
                .withMessageContaining("symbolic link");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1", "spark-1/executor-1"})
    void deletesNothingThroughALink(String swapped) throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
        LocalDirDeletion.mark(dir);
        swapForALink(swapped);
        assertThatExceptionOfType(NotADirectoryException.class)
                .isThrownBy(() -> delete(dir))
                .withMessageContaining("symbolic link");
        assertThat(localDirs.root.resolve(swapped)).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endsWhereOnlySomebodyElsesLinkOrFileHasAMarkedName(boolean isLink) throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        LocalDirDeletion.mark(dir);
        swapForALink("going-blockmgr-1");
        Path taken = localDirs.root.resolve("going-blockmgr-1");
        if (!isLink) {
            Files.delete(taken);
            Files.writeString(taken, "somebody's");
        }

        delete(dir);

        assertThat(Files.exists(taken, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(temp.resolve("aside/0a")).isNotEmptyDirectory();
    }

    @Test
    void refusesToEndWhereTheOriginalNameIsThereAgain() throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        Path taken = Files.createFile(localDirs.root.resolve("going-blockmgr-1"));

        assertThatExceptionOfType(NotADirectoryException.class)
                .isThrownBy(() -> delete(dir))
                .withMessageContaining(taken + " is a file");
        assertThat(dir.path().resolve("0a")).isNotEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void findsARandomNameThoughTheOthersWereFreedSince(boolean isFirstUsedAgain) throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/blockmgr-1");
        Path parent = localDirs.root.resolve("spark-1");
        for (Path name : LocalDirNames.deletionNames(Path.of("blockmgr-1"))) {
            Files.createFile(parent.resolve(name));
        }
        LocalDirDeletion.mark(dir);
        for (Path name : LocalDirNames.deletionNames(Path.of("blockmgr-1"))) {
            Files.delete(parent.resolve(name));
        }
        if (isFirstUsedAgain) {
            localDirs.filledDir("spark-1/going-blockmgr-1");
        }
        assertThat(LocalDirDeletion.size(dir, () -> false))
                .isEqualTo((isFirstUsedAgain ? 2L : 1L) * LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);

        delete(dir);

        assertThat(localDirs.root).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark-1", "spark-1/executor-1", "spark-1/executor-1/going-blockmgr-1"})
    void measuresNothingThroughALink(String swapped) throws IOException {
        LocalDir dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
        LocalDirDeletion.mark(dir);
        swapForALink(swapped);
        try {
            assertThat(LocalDirDeletion.size(dir, () -> false)).isZero();
        } catch (NotADirectoryException e) {
            assertThat(e).hasMessageContaining("symbolic link");
        }
    }

    @Test
    void deletesNoEmptyParentThroughALink() throws IOException {
        Files.createSymbolicLink(localDirs.root.resolve("spark-empty"), localDirs.outside.resolve("spark-empty"));
        try {
            delete(localDirs.dir("spark-empty/executor-empty/blockmgr-1"));
        } catch (NotADirectoryException e) {
            assertThat(e).hasMessageContaining("symbolic link");
        }
        assertThat(localDirs.root.resolve("spark-empty")).isSymbolicLink();
    }

    @Test
    void leavesTheRestOnceStopped() throws IOException {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        LocalDirDeletion.mark(dir);
        AtomicInteger deleted = new AtomicInteger();
        LocalDirDeletion.delete(dir, () -> deleted.get() == 2, bytes -> deleted.incrementAndGet());
        assertThat(LocalDirDeletion.size(dir, () -> false))
                .isEqualTo((LocalDirFixture.FILES - 2) * LocalDirFixture.FILE_SIZE);
        delete(dir);
        assertThat(localDirs.root).isEmptyDirectory();
    }

    private void swapForALink(String path) throws IOException {
        Files.move(localDirs.root.resolve(path), temp.resolve("aside"));
        Files.createSymbolicLink(localDirs.root.resolve(path), localDirs.outside.resolve(path));
    }

    private static void delete(LocalDir dir) throws IOException {
        LocalDirDeletion.delete(dir, () -> false, bytes -> {});
    }

    private static void command(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
