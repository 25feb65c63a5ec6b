package dev.mesosshuffle.blocks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Index files that were read, bounded by what they take in memory. For any thread; only {@link #load} reads a disk. */
public final class IndexCache {
    private final Cache<PlacedFile, IndexFile> cache;
    private final Counter hits;
    private final Counter misses;

    /**
     * Creates a cache.
     *
     * @param maxBytes what all entries may take together, in bytes
     * @param metrics gets {@code shuffleService.indexCache.hits} and {@code .misses}
     */
    public IndexCache(long maxBytes, MetricRegistry metrics) {
        this.cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxBytes)
                .weigher((PlacedFile file, IndexFile index) -> index.weight())
                .build();
        this.hits = metrics.counter("shuffleService.indexCache.hits");
        this.misses = metrics.counter("shuffleService.indexCache.misses");
    }

    /** What is in memory, or null. */
    @Nullable
    IndexFile get(PlacedFile file) {
        IndexFile cached = cache.getIfPresent(file);
        if (cached != null) {
            hits.inc();
        }
        return cached;
    }

    /** Reads the file and keeps its content. */
    IndexFile load(PlacedFile file) throws IOException {
        misses.inc();
        IndexFile read = IndexFile.read(file.path());
        cache.put(file, read);
        return read;
    }

    /** Forgets a file that changed. */
    void invalidate(PlacedFile file) {
        cache.invalidate(file);
    }

    /** Forgets all files of these dirs, whose application is over. */
    public void drop(Collection<LocalDir> dirs) {
        Set<LocalDir> gone = new HashSet<>(dirs);
        cache.asMap().keySet().removeIf(file -> gone.contains(file.dir()));
    }
}
