package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCacheTest {
    private static final int BLOCKS = 1000;
    private static final int OFFSETS_BYTES = (BLOCKS + 1) * Long.BYTES;

    @TempDir
    private Path root;

    private final MetricRegistry metrics = new MetricRegistry();
    private TestExecutor mine;
    private TestExecutor other;

    @BeforeEach
    void writeFiles() throws Exception {
        mine = new TestExecutor(root, "mine");
        other = new TestExecutor(root, "other");
        for (int map = 0; map < 4; map++) {
            mine.files().writeMapOutput(0, map, new byte[BLOCKS][1]);
            other.files().writeMapOutput(0, map, new byte[BLOCKS][1]);
        }
    }

    @Test
    void keepsWhatWasRead() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, () -> 0, metrics);
        assertThat(cache.get(mine.registered(), block(0))).isNull();
        MapOutput read = mine.load(cache, block(0));
        assertThat(cache.get(mine.registered(), block(0))).isSameAs(read);
        assertThat(metrics.counter("shuffleService.indexCache.hits").getCount()).isOne();
        assertThat(metrics.counter("shuffleService.indexCache.misses").getCount())
                .isOne();
    }

    @Test
    void forgetsAFileThatChanged() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, () -> 0, metrics);
        MapOutput read = mine.load(cache, block(0));
        cache.invalidate(mine.registered(), block(0), read);
        assertThat(cache.get(mine.registered(), block(0))).isNull();
    }

    @Test
    void doesNotTakeAnExecutorsNewDirsForItsOldOnes() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, () -> 0, metrics);
        mine.load(cache, block(0));
        TestExecutor moved = new TestExecutor(root, "mine", "blockmgr-elsewhere");
        assertThat(cache.get(moved.registered(), block(0))).isNull();
        assertThat(cache.get(mine.registered(), block(0))).isNotNull();
    }

    @Test
    void forgetsTheFilesOfAnApplicationThatIsOverAndNoOthers() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, () -> 0, metrics);
        mine.load(cache, block(0));
        other.load(cache, block(0));
        cache.invalidateAll(mine.registered().dirs());
        assertThat(cache.get(mine.registered(), block(0))).isNull();
        assertThat(cache.get(other.registered(), block(0))).isNotNull();
    }

    @Test
    void holdsNoMoreThanItsBound() throws Exception {
        IndexCache cache = new IndexCache(64 * OFFSETS_BYTES, () -> 0, metrics);
        List<ShuffleBlockId> blocks =
                IntStream.range(0, 70).mapToObj(IndexCacheTest::block).toList();
        for (ShuffleBlockId block : blocks) {
            mine.files().writeMapOutput(0, block.mapId(), new byte[BLOCKS][0]);
            mine.load(cache, block);
        }
        assertThat(blocks)
                .filteredOn(block -> cache.get(mine.registered(), block) != null)
                .hasSizeBetween(32, 63);
    }

    @Test
    void keepsNoIndexInMemoryThatTakesMoreThanItsShare() throws Exception {
        assertThat(mine.load(new IndexCache(64 * OFFSETS_BYTES, () -> 0, metrics), block(0))
                        .index())
                .isInstanceOf(InMemoryIndex.class);
        assertThat(mine.load(new IndexCache(64 * OFFSETS_BYTES - 1, () -> 0, metrics), block(0))
                        .index())
                .isInstanceOf(OnDiskIndex.class);
    }

    private static ShuffleBlockId block(int map) {
        return new ShuffleBlockId(0, map, 0, 1);
    }
}
