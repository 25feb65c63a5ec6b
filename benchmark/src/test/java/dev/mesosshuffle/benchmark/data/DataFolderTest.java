package dev.mesosshuffle.benchmark.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    private static final Dataset DATASET = new Dataset("test", 3, 4, List.of(0, 100, 70_000), 2);

    @TempDir
    private Path temp;

    private DataFolder folder = new DataFolder(List.of());

    @BeforeEach
    void twoRoots() {
        folder = new DataFolder(List.of(temp.resolve("a"), temp.resolve("b")));
    }

    @Test
    void shouldPlaceFilesByTheRuleOfSpark() {
        GeneratedExecutor executor = new GeneratedExecutor(DATASET, List.of(Path.of("/a"), Path.of("/b")));

        // 100 * 31 + 48 = 3148: an even hash, and 1574 modulo 64 is 0x26.
        assertThat(executor.file("d0")).isEqualTo(Path.of("/a/26/d0"));
        assertThat(executor.file("d1")).isEqualTo(Path.of("/b/26/d1"));
        // The hash of this one is negative.
        assertThat("shuffle_0_1_0.index".hashCode()).isNegative();
        assertThat(executor.file("shuffle_0_1_0.index"))
                .isEqualTo(
                        Path.of("/b/%02x/shuffle_0_1_0.index".formatted(-"shuffle_0_1_0.index".hashCode() / 2 % 64)));
    }

    @Test
    void shouldWriteOffsetsThatLeadToTheBlocks() throws IOException {
        GeneratedExecutor executor = folder.executor(DATASET);

        byte[] data = Files.readAllBytes(executor.file("shuffle_0_2_0.data"));
        ByteBuffer index = ByteBuffer.wrap(Files.readAllBytes(executor.file("shuffle_0_2_0.index")));
        assertThat(index.remaining()).isEqualTo(5 * Long.BYTES);
        for (int reduce = 0; reduce < 4; reduce++) {
            int from = (int) index.getLong(reduce * Long.BYTES);
            int to = (int) index.getLong((reduce + 1) * Long.BYTES);
            ByteBuffer expected = ByteBuffer.allocate(DATASET.length(reduce));
            BlockContent.append(expected, 2, reduce, DATASET.length(reduce));
            assertThat(Arrays.copyOfRange(data, from, to)).isEqualTo(expected.array());
        }
        assertThat(index.getLong(4 * Long.BYTES)).isEqualTo(data.length);
    }

    @Test
    void shouldUseFilesAgain() throws IOException {
        Path file = folder.executor(DATASET).file("shuffle_0_0_0.data");
        FileTime old = FileTime.fromMillis(1000);
        Files.setLastModifiedTime(file, old);

        assertThat(folder.executor(DATASET).file("shuffle_0_0_0.data")).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
    }

    @Test
    void shouldNotTakeFilesOfAnotherShapeForItsOwn() throws IOException {
        Dataset other = new Dataset("test", 3, 5, List.of(0, 100, 70_000), 2);

        assertThat(folder.executor(other).localDirs())
                .doesNotContainAnyElementsOf(folder.executor(DATASET).localDirs());
    }
}
