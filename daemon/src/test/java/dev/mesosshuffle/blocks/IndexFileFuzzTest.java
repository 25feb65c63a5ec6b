package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Whatever an index file holds, a block's segment lies within the data file's length, or there is none. */
class IndexFileFuzzTest {
    private static final BlockFile DATA =
            new BlockFile(new LocalDir(Path.of("/r"), Path.of("/r/blockmgr-1")), "00", "data");

    private static Path path;

    @BeforeAll
    static void create() throws IOException {
        path = Files.createTempFile(
                Files.createDirectories(Path.of("target/tmp").toAbsolutePath()), "fuzz", ".index");
    }

    @AfterAll
    static void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    @FuzzTest(maxDuration = "30s")
    void findsSegmentsWithinTheDataFile(FuzzedDataProvider data) throws IOException {
        int first = data.consumeInt(0, Integer.MAX_VALUE - 1);
        ShuffleBlockId block = new ShuffleBlockId(0, 0, first, data.consumeInt(first + 1, Integer.MAX_VALUE));
        long maxBytesInMemory = data.consumeInt(0, 4096);
        Files.write(path, data.consumeRemainingAsBytes());
        try {
            IndexFile index = TestIndexFile.read(path, maxBytesInMemory);
            FileSegment segment = index instanceof OnDiskIndex onDisk
                    ? onDisk.segment(block)
                    : ((InMemoryIndex) index).segment(DATA, block);
            assertThat(segment.offset()).isNotNegative();
            assertThat(segment.length()).isNotNegative();
            assertThat(Math.addExact(segment.offset(), segment.length())).isLessThanOrEqualTo(index.dataLength());
        } catch (CorruptFileException e) {
            assertThat(e.getMessage()).containsAnyOf("expected: ", "requested: ");
        }
    }
}
