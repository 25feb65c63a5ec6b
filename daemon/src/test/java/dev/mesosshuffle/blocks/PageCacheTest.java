package dev.mesosshuffle.blocks;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.model.PageResidency;
import dev.mesosshuffle.testing.Mount;
import dev.mesosshuffle.testing.PageCacheEviction;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
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
        Path hole = hole(temp.resolve("hole"));
        try (FileChannel reader = FileChannel.open(hole)) {
            PageCache cold = new PageCache(hole, reader, LENGTH);
            assertThat(cold.isLoaded(8192, 300_000)).isFalse();
            assertThat(cold.residency(8192, 300_000)).isEqualTo(PageResidency.UNKNOWN);
            cold.load(8192, 300_000);
            assertThat(cold.isLoaded(8192, 300_000)).isTrue();
            assertThat(cold.residency(8192, 300_000)).isEqualTo(PageResidency.RESIDENT);
            cold.close();
        }
    }

    @Test
    void noticesWhatLeavesThePageCache() throws Exception {
        cache.load(0, LENGTH);
        PageCacheEviction.evict(path);
        assertThat(cache.residency(0, LENGTH)).isEqualTo(PageResidency.MISSING);
        cache.load(0, LENGTH);
        assertThat(cache.residency(0, LENGTH)).isEqualTo(PageResidency.RESIDENT);
    }

    @Test
    void doesNotAskWhereAFileCannotBeMapped() throws Exception {
        Path status = Path.of("/proc/self/status");
        try (FileChannel reader = FileChannel.open(status)) {
            PageCache unmapped = new PageCache(status, reader, 10);
            unmapped.load(0, 10);
            assertThat(unmapped.residency(0, 10)).isEqualTo(PageResidency.UNKNOWN);
        }
    }

    @Test
    void doesNotBelieveAKernelThatCallsMissingWhatWasJustRead() throws Exception {
        // A file system in memory has no pages for a hole, however often it is read.
        Path folder = temp.resolve("memory");
        Mount memory = Mount.tmpfs(folder, "8m");
        Path hole = hole(folder.resolve("hole"));
        try (memory;
                FileChannel reader = FileChannel.open(hole)) {
            PageCache unfit = new PageCache(hole, reader, LENGTH);
            unfit.load(8192, 300_000);
            assertThat(unfit.isLoaded(8192, 300_000)).isFalse();
            assertThat(unfit.residency(8192, 300_000)).isEqualTo(PageResidency.UNKNOWN);
            unfit.close();
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
        assertThat(cache.residency(0, 10)).isEqualTo(PageResidency.UNKNOWN);
        assertThat(isMapped()).isFalse();
        cache.load(0, 10);
        assertThat(cache.residency(0, LENGTH)).isEqualTo(PageResidency.RESIDENT);
        assertThat(cache.residency(LENGTH - 10, 20)).isEqualTo(PageResidency.MISSING);
    }

    @Test
    void knowsNothingOfAPartFarFromWhatWasLookedAt() throws Exception {
        Path large = temp.resolve("large");
        try (FileChannel file = FileChannel.open(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[10]), 1L << 30);
        }
        try (FileChannel reader = FileChannel.open(large)) {
            PageCache far = new PageCache(large, reader, (1L << 30) + 10);
            far.load(0, 10);
            assertThat(far.residency(0, 10)).isEqualTo(PageResidency.RESIDENT);
            assertThat(far.residency(1L << 30, 10)).isEqualTo(PageResidency.UNKNOWN);
            far.load(1L << 30, 10);
            assertThat(far.residency(1L << 30, 10)).isEqualTo(PageResidency.RESIDENT);
            far.close();
        }
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

    private static Path hole(Path path) throws IOException {
        try (FileChannel writer = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            writer.write(ByteBuffer.wrap(new byte[1]), LENGTH - 1);
        }
        return path;
    }

    private boolean isMapped() throws IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains(path.toString());
    }
}
