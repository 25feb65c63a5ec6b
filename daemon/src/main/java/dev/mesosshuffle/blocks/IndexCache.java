package dev.mesosshuffle.blocks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.registry.RegisteredExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Index files that were read, bounded by what they take in memory. For any thread; only {@link #load} reads a disk. */
public final class IndexCache {
    /** An index that would take more of the cache is not kept in memory, so that no file's length can spend it. */
    private static final int MAX_SHARE = 64;

    private final long maxIndexBytes;
    private final Cache<MapOutputId, MapOutput> cache;
    private final Counter hits;
    private final Counter misses;

    /**
     * Creates a cache.
     *
     * @param maxBytes what all entries may take together, in bytes
     * @param metrics gets {@code shuffleService.indexCache.hits} and {@code .misses}
     */
    public IndexCache(long maxBytes, MetricRegistry metrics) {
        this.maxIndexBytes = maxBytes / MAX_SHARE;
        this.cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxBytes)
                .weigher((MapOutputId id, MapOutput output) -> output.index().weight())
                .build();
        this.hits = metrics.counter("shuffleService.indexCache.hits");
        this.misses = metrics.counter("shuffleService.indexCache.misses");
    }

    /** What is in memory, or null; null too if the executor has registered other dirs since. */
    @Nullable
    MapOutput get(RegisteredExecutor executor, ShuffleBlockId block) {
        MapOutput cached = cache.getIfPresent(MapOutputId.of(executor.id(), block));
        if (cached == null || !isOf(cached, executor)) {
            return null;
        }
        hits.inc();
        return cached;
    }

    /** By identity, for this is asked for each block; an equal registration merely has the index read once more. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isOf(MapOutput output, RegisteredExecutor executor) {
        return output.executor() == executor;
    }

    /** Reads the index file and keeps what is known of it. */
    MapOutput load(RegisteredExecutor executor, ShuffleBlockId block) throws IOException {
        misses.inc();
        Path file = PlacedFile.of(executor, block.indexFileName()).path();
        IndexFile index = IndexFile.read(file, maxIndexBytes);
        MapOutput output = new MapOutput(executor, PlacedFile.of(executor, block.dataFileName()), index);
        cache.put(MapOutputId.of(executor.id(), block), output);
        return output;
    }

    /** Forgets an index that changed, and returns it. */
    @Nullable
    MapOutput invalidate(RegisteredExecutor executor, ShuffleBlockId block) {
        return cache.asMap().remove(MapOutputId.of(executor.id(), block));
    }

    /** Forgets all files of these dirs, whose application is over. */
    public void drop(Collection<LocalDir> dirs) {
        Set<LocalDir> gone = new HashSet<>(dirs);
        cache.asMap().values().removeIf(output -> gone.contains(output.data().dir()));
    }
}
