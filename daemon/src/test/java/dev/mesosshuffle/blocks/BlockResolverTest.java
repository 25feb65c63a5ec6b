package dev.mesosshuffle.blocks;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a cache that keeps every index here in memory, and with one that keeps none. */
class BlockResolverTest {
    private static final long ALL_IN_MEMORY = 1 << 20;
    private static final long NONE_IN_MEMORY = 64 * 20;

    @TempDir
    private Path root;

    private final MetricRegistry metrics = new MetricRegistry();
    private final DiskExecutors diskExecutors = new DiskExecutors(1, 10, metrics);
    private final DataFileCache files = new DataFileCache(10, diskExecutors, System::nanoTime, metrics);
    private TestExecutor executor;

    @BeforeEach
    void writeFiles() throws IOException {
        executor = new TestExecutor(root, "1");
        executor.files().writeMapOutput(0, 7, block(100, 1), block(0, 2), block(50, 3));
    }

    @AfterEach
    void close() {
        files.close();
        diskExecutors.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void findsABlockWhoseIndexWasNotReadAndOneWhoseIndexWas(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        for (int time = 0; time < 2; time++) {
            assertThat(read(resolver, 0, 1)).isEqualTo(block(100, 1));
            assertThat(read(resolver, 1, 2)).isEmpty();
            assertThat(read(resolver, 2, 3)).isEqualTo(block(50, 3));
        }
        assertThat(metrics.counter("shuffleService.indexCache.misses").getCount())
                .isOne();
        assertThat(metrics.counter("shuffleService.fileCache.misses").getCount())
                .isOne();
    }

    @Test
    void needsTheIndexOfABlockEachTimeIfItStaysOnDiskAndElseOnce() throws Exception {
        for (long cacheBytes : new long[] {ALL_IN_MEMORY, NONE_IN_MEMORY}) {
            BlockResolver resolver = resolver(cacheBytes);
            LocatedBlock first = resolver.locate(executor.registered(), id(0, 1));
            assertThat(resolver.isFound(first)).isFalse();
            assertThat(first.file().name()).isEqualTo("shuffle_0_7_0.data");
            LocatedBlock looked = resolver.next(first);
            assertThat(resolver.isFound(looked)).isFalse();
            assertThat(looked.file().name()).isEqualTo("shuffle_0_7_0.index");
            LocatedBlock found = resolver.next(looked);
            assertThat(resolver.isFound(found)).isTrue();
            assertThat(found.file().name()).isEqualTo("shuffle_0_7_0.data");
            LocatedBlock again = resolver.locate(executor.registered(), id(0, 1));
            assertThat(resolver.isFound(again)).isEqualTo(cacheBytes == ALL_IN_MEMORY);
            assertThat(again.output()).isSameAs(found.output());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void findsTheBlocksOfAMapTaskThatRanAgainOnceItForgot(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        assertThat(read(resolver, 0, 1)).hasSize(100);
        executor.files().writeMapOutput(0, 7, block(30, 4), block(10, 5), block(20, 6));
        LocatedBlock stale = resolver.locate(executor.registered(), id(2, 3));
        resolver.invalidate(stale);
        assertThat(read(resolver, 2, 3)).isEqualTo(block(20, 6));
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void saysSoIfThereIsNoSuchBlock(long cacheBytes) {
        BlockResolver resolver = resolver(cacheBytes);
        assertThatExceptionOfType(CorruptFileException.class)
                .isThrownBy(() -> read(resolver, 3, 4))
                .withMessageContaining("has 3 blocks (requested: 3 to 4)");
    }

    private BlockResolver resolver(long cacheBytes) {
        return new BlockResolver(new IndexCache(cacheBytes, () -> 0, metrics), files);
    }

    private byte[] read(BlockResolver resolver, int start, int end) throws IOException {
        LocatedBlock block = resolver.locate(executor.registered(), id(start, end));
        while (!resolver.isFound(block)) {
            block = resolver.next(block);
        }
        try (OpenSegment segment = resolver.open(block)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) segment.length());
            if (segment.length() > 0) {
                segment.file().read(segment.offset(), bytes);
            }
            byte[] read = new byte[bytes.capacity()];
            bytes.get(0, read);
            return read;
        }
    }

    private static ShuffleBlockId id(int start, int end) {
        return new ShuffleBlockId(0, 7, start, end);
    }
}
