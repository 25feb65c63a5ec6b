package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockFileRemoverTest {
    private static final String FILE = "shuffle_0_1_0.data";

    private final BlockFileRemover remover = new BlockFileRemover();

    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private LocalDir dir;

    @BeforeEach
    void setUp() throws IOException {
        localDirs = LocalDirFixture.in(temp);
        dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
    }

    @AfterEach
    void nothingOutsideChanged() throws IOException {
        localDirs.assertOutsideUntouched();
    }

    @Test
    void removesOneFileAndNoOther() throws IOException {
        assertThat(remover.remove(dir, "0a", FILE)).isTrue();
        assertThat(dir.path().resolve("0a").resolve(FILE)).doesNotExist();
        assertThat(dir.path().resolve("0a/shuffle_0_0_0.data")).exists();
        assertThat(dir.path().resolve("00").resolve(FILE)).exists();
    }

    @Test
    void tellsThatAFileWasNotThere() throws IOException {
        assertThat(remover.remove(dir, "0a", "rdd_1_1")).isFalse();
        assertThat(remover.remove(dir, "ff", "rdd_1_1")).isFalse();
        assertThat(remover.remove(localDirs.dir("blockmgr-2"), "0a", FILE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../precious", "/etc/passwd", "a\u0000", "a b", "\u00e4", "a\n"})
    void refusesNamesThatAreNotPlain(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> remover.remove(dir, "0a", name));
        assertThatIllegalArgumentException().isThrownBy(() -> remover.remove(dir, name, FILE));
    }

    @Test
    void doesNotRemoveADir() throws IOException {
        Files.createDirectory(dir.path().resolve("0a/empty"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> remover.remove(dir, "0a", "empty"));
        assertThat(dir.path().resolve("0a/empty")).exists();
    }

    @Test
    void doesNotRemoveALink() throws IOException {
        Path link = Files.createSymbolicLink(dir.path().resolve("0a/link"), localDirs.outside.resolve("precious"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> remover.remove(dir, "0a", "link"));
        assertThat(link).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark-1",
                "spark-1/executor-1",
                "spark-1/executor-1/blockmgr-1",
                "spark-1/executor-1/blockmgr-1/0a"
            })
    void followsNoLinkAnywhere(String swapped) throws IOException {
        Path place = localDirs.root.resolve(swapped);
        Files.move(place, temp.resolve("aside"));
        Files.createSymbolicLink(place, localDirs.outside.resolve(swapped));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> remover.remove(dir, "0a", FILE))
                .withMessageContaining("symbolic link");
    }
}
