package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexFileTest {
    private static final BlockFile DATA =
            new BlockFile(new LocalDir(Path.of("/r"), Path.of("/r/blockmgr-1")), "0c", "shuffle_0_5_0.data");

    @TempDir
    private Path temp;

    @Test
    void tellsWhichBytesABlockIs() throws Exception {
        InMemoryIndex index = inMemory(0, 10, 10, 25);
        assertThat(index.segment(DATA, new ShuffleBlockId(0, 5, 0, 1))).isEqualTo(new FileSegment(0, 10));
        assertThat(index.segment(DATA, new ShuffleBlockId(0, 5, 1, 2))).isEqualTo(new FileSegment(10, 0));
        assertThat(index.segment(DATA, new ShuffleBlockId(0, 5, 1, 3))).isEqualTo(new FileSegment(10, 15));
        assertThat(index.dataLength()).isEqualTo(25);
    }

    @Test
    void takesAtLeastItsOffsetsInMemory() throws Exception {
        assertThat(inMemory(0, 10, 25).weight()).isBetween(3 * 8, 1000);
    }

    @Test
    void hasNoBlockBeyondItsLast() throws Exception {
        InMemoryIndex index = inMemory(0, 10);
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> index.segment(DATA, new ShuffleBlockId(0, 5, 1, 2)))
                .withMessageContaining("has 1 blocks (requested: 1 to 2)");
    }

    @Test
    void isNoIndexFileIfItsOffsetsDoNotGrowFromZero() {
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> inMemory(5, 10))
                .withMessageContaining("offset 0 is 5");
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> inMemory(0, 10, 9))
                .withMessageContaining("offset 2 is 9");
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> inMemory(0, -1))
                .withMessageContaining("offset 1 is -1");
    }

    @Test
    void isNoIndexFileIfItsSizeIsWrong() {
        assertThatExceptionOfType(CorruptFileException.class).isThrownBy(() -> read(file(new byte[12]), 1000));
        assertThatExceptionOfType(CorruptFileException.class).isThrownBy(() -> read(file(new byte[8]), 1000));
        assertThatExceptionOfType(CorruptFileException.class).isThrownBy(() -> read(file(new byte[0]), 1000));
    }

    @Test
    void isNotReadThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(temp.resolve("link"), file(new byte[16]));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(link, 1000));
    }

    @Test
    void saysSoIfItIsMissing() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> read(temp.resolve("missing"), 1000));
    }

    @Test
    void staysOnDiskIfItIsLongerThanItMay() throws Exception {
        OnDiskIndex index = onDisk(0, 10, 10, 25);
        assertThat(index.segment(new ShuffleBlockId(0, 5, 0, 1))).isEqualTo(new FileSegment(0, 10));
        assertThat(index.segment(new ShuffleBlockId(0, 5, 1, 3))).isEqualTo(new FileSegment(10, 15));
        assertThat(index.dataLength()).isEqualTo(25);
        assertThat(index.weight()).isLessThan(1000);
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> index.segment(new ShuffleBlockId(0, 5, 2, 4)))
                .withMessageContaining("has 3 blocks (requested: 2 to 4)");
    }

    @Test
    void takesNoMemoryForItsLength() throws Exception {
        Path sparse = temp.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(8L << 30);
        }
        OnDiskIndex index = (OnDiskIndex) read(sparse, 1000);
        assertThat(index.segment(new ShuffleBlockId(0, 5, 1_000_000_000, 1_000_000_001)))
                .isEqualTo(new FileSegment(0, 0));
    }

    @Test
    void isNoIndexFileOnDiskEitherIfItsOffsetsDoNotGrowFromZero() throws Exception {
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> onDisk(5, 10))
                .withMessageContaining("offsets from 5 to 10");
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> onDisk(0, 10, -9))
                .withMessageContaining("offsets from 0 to -9");
        OnDiskIndex index = onDisk(0, 10, 9, 30, 25);
        for (int reduce = 1; reduce < 4; reduce++) {
            ShuffleBlockId block = new ShuffleBlockId(0, 5, reduce, reduce + 1);
            assertThatExceptionOfType(CorruptFileException.class)
                    .isThrownBy(() -> index.segment(block))
                    .withMessageContaining("(expected: ascending, from 0 to 25)");
        }
    }

    @Test
    void isStaleOnDiskOnceAnotherFileHasTakenItsPlaceOrItWasWrittenAnew() throws Exception {
        OnDiskIndex replaced = onDisk(0, 10, 25);
        Files.move(write("replacement", 0, 12, 25), temp.resolve("index"), StandardCopyOption.REPLACE_EXISTING);
        assertThatExceptionOfType(StaleIndexException.class)
                .isThrownBy(() -> replaced.segment(new ShuffleBlockId(0, 5, 0, 1)))
                .withMessageEndingWith("index: was replaced since it was opened");
        OnDiskIndex rewritten = onDisk(0, 10, 25);
        Files.setLastModifiedTime(temp.resolve("index"), FileTime.fromMillis(1));
        assertThatExceptionOfType(StaleIndexException.class)
                .isThrownBy(() -> rewritten.segment(new ShuffleBlockId(0, 5, 0, 1)));
    }

    private static IndexFile read(Path path, long maxBytesInMemory) throws IOException {
        return TestIndexFile.read(path, maxBytesInMemory);
    }

    private InMemoryIndex inMemory(long... offsets) throws IOException {
        return (InMemoryIndex) read(write("index", offsets), 8L * offsets.length);
    }

    private OnDiskIndex onDisk(long... offsets) throws IOException {
        return (OnDiskIndex) read(write("index", offsets), 8L * offsets.length - 1);
    }

    private Path write(String name, long... offsets) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(offsets.length * Long.BYTES);
        for (long offset : offsets) {
            bytes.putLong(offset);
        }
        return Files.write(temp.resolve(name), bytes.array());
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(temp.resolve("index"), content);
    }
}
