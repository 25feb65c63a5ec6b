package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexFileTest {
    private static final PlacedFile DATA =
            new PlacedFile(new LocalDir(Path.of("/r"), Path.of("/r/blockmgr-1")), "0c", "shuffle_0_5_0.data");

    @TempDir
    private Path temp;

    @Test
    void tellsWhichBytesABlockIs() throws Exception {
        IndexFile index = write(0, 10, 10, 25);
        assertThat(index.segment(DATA, new ShuffleBlockId(0, 5, 0, 1))).isEqualTo(new FileSegment(0, 10));
        assertThat(index.segment(DATA, new ShuffleBlockId(0, 5, 1, 2))).isEqualTo(new FileSegment(10, 0));
        assertThat(index.segment(DATA, new ShuffleBlockId(0, 5, 1, 3))).isEqualTo(new FileSegment(10, 15));
        assertThat(index.dataLength()).isEqualTo(25);
    }

    @Test
    void takesAtLeastItsOffsetsInMemory() throws Exception {
        assertThat(write(0, 10, 25).weight()).isBetween(3 * 8, 1000);
    }

    @Test
    void hasNoBlockBeyondItsLast() throws Exception {
        IndexFile index = write(0, 10);
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> index.segment(DATA, new ShuffleBlockId(0, 5, 1, 2)))
                .withMessageContaining("has 1 blocks (asked for: 1 to 2)");
    }

    @Test
    void isNoIndexFileIfItsOffsetsDoNotGrowFromZero() {
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> write(5, 10))
                .withMessageContaining("offset 0 is 5");
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> write(0, 10, 9))
                .withMessageContaining("offset 2 is 9");
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> write(0, -1))
                .withMessageContaining("offset 1 is -1");
    }

    @Test
    void isNoIndexFileIfItsSizeIsWrong() {
        assertThatExceptionOfType(CorruptFileException.class).isThrownBy(() -> IndexFile.read(file(new byte[12])));
        assertThatExceptionOfType(CorruptFileException.class).isThrownBy(() -> IndexFile.read(file(new byte[8])));
        assertThatExceptionOfType(CorruptFileException.class).isThrownBy(() -> IndexFile.read(file(new byte[0])));
    }

    @Test
    void isNotReadThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(temp.resolve("link"), file(new byte[16]));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> IndexFile.read(link));
    }

    @Test
    void saysSoIfItIsMissing() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> IndexFile.read(temp.resolve("missing")));
    }

    private IndexFile write(long... offsets) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(offsets.length * Long.BYTES);
        for (long offset : offsets) {
            bytes.putLong(offset);
        }
        return IndexFile.read(file(bytes.array()));
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(temp.resolve("index"), content);
    }
}
