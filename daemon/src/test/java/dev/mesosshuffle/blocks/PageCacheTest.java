package dev.mesosshuffle.blocks;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageCacheTest {
    private static final int LENGTH = 1_000_000;

    @TempDir
    private Path temp;

    private Path path;
    private FileChannel channel;
    private PageCache cache;

    @BeforeEach
    void open() throws IOException {
        path = Files.write(temp.resolve("data"), block(LENGTH, 1));
        channel = FileChannel.open(path);
        cache = new PageCache(path, channel, LENGTH);
    }

    @AfterEach
    void close() throws IOException {
        cache.close();
        channel.close();
    }

    @Test
    void hasWhatWasJustWritten() throws Exception {
        assertThat(cache.isLoaded(0, LENGTH)).isTrue();
        assertThat(cache.isLoaded(4097, 10)).isTrue();
    }

    @Test
    void doesNotHaveWhatWasNeverRead() throws Exception {
        // A hole that no one looked into yet.
        Path hole = temp.resolve("hole");
        try (FileChannel writer = FileChannel.open(hole, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            writer.write(java.nio.ByteBuffer.wrap(new byte[1]), LENGTH - 1);
        }
        try (FileChannel reader = FileChannel.open(hole)) {
            PageCache cold = new PageCache(hole, reader, LENGTH);
            assertThat(cold.isLoaded(8192, 300_000)).isFalse();
            assertThat(cold.isAtHand(8192, 300_000)).isFalse();
            cold.load(8192, 300_000);
            assertThat(cold.isLoaded(8192, 300_000)).isTrue();
            assertThat(cold.isAtHand(8192, 300_000)).isTrue();
            cold.close();
        }
    }

    @Test
    void doesNotHaveWhatIsBeyondTheEnd() throws Exception {
        assertThat(cache.isLoaded(LENGTH - 10, 20)).isFalse();
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> cache.load(LENGTH - 10, 20))
                .withMessage("file ended at 1000000 (expected: 1000010 bytes)");
    }

    @Test
    void knowsNothingWithoutALookBefore() throws Exception {
        assertThat(cache.isAtHand(0, 10)).isFalse();
        assertThat(isMapped()).isFalse();
        cache.load(0, 10);
        assertThat(cache.isAtHand(0, LENGTH)).isTrue();
        assertThat(cache.isAtHand(LENGTH - 10, 20)).isFalse();
    }

    @Test
    void isNotHurtByAFileThatIsCutShort() throws Exception {
        cache.load(0, LENGTH);
        try (FileChannel writer = FileChannel.open(path, StandardOpenOption.WRITE)) {
            writer.truncate(10);
        }
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> cache.load(500_000, 100));
    }

    @Test
    void takesItsMappingsAway() throws Exception {
        assertThat(cache.isLoaded(0, LENGTH)).isTrue();
        assertThat(isMapped()).isTrue();
        cache.close();
        assertThat(isMapped()).isFalse();
    }

    private boolean isMapped() throws IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains(path.toString());
    }
}
