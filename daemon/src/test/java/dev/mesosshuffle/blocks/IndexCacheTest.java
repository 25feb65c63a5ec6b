package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCacheTest {
    private static final int OFFSETS_BYTES = 8_000;

    @TempDir
    private Path root;

    private final MetricRegistry metrics = new MetricRegistry();
    private LocalDir mine;
    private LocalDir other;

    @BeforeEach
    void makeDirs() {
        mine = new LocalDir(root, root.resolve("blockmgr-1"));
        other = new LocalDir(root, root.resolve("blockmgr-2"));
    }

    @Test
    void keepsWhatWasRead() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, metrics);
        PlacedFile file = write(mine, "a");
        assertThat(cache.get(file)).isNull();
        IndexFile read = cache.load(file);
        assertThat(cache.get(file)).isSameAs(read);
        assertThat(metrics.counter("shuffleService.indexCache.hits").getCount()).isOne();
        assertThat(metrics.counter("shuffleService.indexCache.misses").getCount())
                .isOne();
    }

    @Test
    void forgetsAFileThatChanged() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, metrics);
        PlacedFile file = write(mine, "a");
        cache.load(file);
        cache.invalidate(file);
        assertThat(cache.get(file)).isNull();
    }

    @Test
    void forgetsTheFilesOfAnApplicationThatIsOverAndNoOthers() throws Exception {
        IndexCache cache = new IndexCache(1 << 20, metrics);
        PlacedFile gone = write(mine, "a");
        PlacedFile kept = write(other, "a");
        cache.load(gone);
        cache.load(kept);
        cache.drop(List.of(mine));
        assertThat(cache.get(gone)).isNull();
        assertThat(cache.get(kept)).isNotNull();
    }

    @Test
    void holdsNoMoreThanItsBound() throws Exception {
        IndexCache cache = new IndexCache(3 * OFFSETS_BYTES, metrics);
        List<PlacedFile> files = List.of(write(mine, "a"), write(mine, "b"), write(mine, "c"), write(mine, "d"));
        for (PlacedFile file : files) {
            cache.load(file);
        }
        assertThat(files).filteredOn(file -> cache.get(file) != null).hasSizeBetween(1, 2);
    }

    private static PlacedFile write(LocalDir dir, String name) throws IOException {
        PlacedFile file = new PlacedFile(dir, "00", name);
        Files.createDirectories(file.path().getParent());
        Files.write(file.path(), new byte[OFFSETS_BYTES]);
        return file;
    }
}
