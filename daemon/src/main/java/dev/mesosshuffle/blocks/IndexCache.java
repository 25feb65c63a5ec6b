package dev.mesosshuffle.blocks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Index files in memory, bounded by their size. An entry is found by executor, shuffle and map task, and is valid only for
 * the registration of the executor for which it was read. It does not expire: it describes the data file of one {@link
 * FileIdentity}, which is compared whenever that file is opened or revalidated. An entry that a later one could coincide
 * with is not cached. For any thread; only {@link #observe} and {@link #load} read a disk.
 */
public final class IndexCache {
    /** An index above this fraction of the cache stays on disk, so that one long file cannot evict all others. */
    private static final int MAX_FRACTION = 64;

    private final long maxIndexBytes;
    private final LongSupplier wallMillis;
    private final Cache<MapOutputId, MapOutput> cache;
    private final Counter hits;
    private final Counter misses;

    /**
     * Creates a cache.
     *
     * @param maxBytes the memory for all entries, in bytes
     * @param wallMillis the wall clock, as {@link System#currentTimeMillis}, by which files get their times
     * @param metrics gets {@code shuffleService.indexCache.hits} and {@code .misses}
     */
    public IndexCache(long maxBytes, LongSupplier wallMillis, MetricRegistry metrics) {
        this.wallMillis = wallMillis;
        this.maxIndexBytes = maxBytes / MAX_FRACTION;
        this.cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxBytes)
                .weigher((MapOutputId id, MapOutput output) -> output.index().weight())
                .build();
        this.hits = metrics.counter("shuffleService.indexCache.hits");
        this.misses = metrics.counter("shuffleService.indexCache.misses");
    }

    /** Returns the cached output, or null; null too if the executor has registered again since. */
    @Nullable
    MapOutput get(RegisteredExecutor executor, ShuffleBlockId block) {
        MapOutput cached = cache.getIfPresent(MapOutputId.of(executor.id(), block));
        if (cached == null || !isOf(cached, executor)) {
            return null;
        }
        hits.inc();
        return cached;
    }

    /** By identity, because this runs for each block; an equal registration only has the index read again. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isOf(MapOutput output, RegisteredExecutor executor) {
        return output.executor() == executor;
    }

    /** Observes a data file before its index is read. Reads the disk of the data file. */
    DataFileObservation observe(BlockFile data) throws IOException {
        long now = wallMillis.getAsLong();
        return new DataFileObservation(FileIdentity.ifPresent(data.path()), now);
    }

    /**
     * Reads the index file and caches the output. Reads the disk of the index.
     *
     * @param observation the data file, observed before this call
     * @param previous the output that was cached until its data file was found replaced; null if there was none
     * @throws StaleIndexException if index and data do not belong together
     */
    MapOutput load(
            RegisteredExecutor executor,
            ShuffleBlockId block,
            DataFileObservation observation,
            @Nullable MapOutput previous)
            throws IOException {
        misses.inc();
        MapOutputId id = MapOutputId.of(executor.id(), block);
        BlockFile data = BlockFile.of(executor, block.dataFileName());
        BlockFile file = BlockFile.of(executor, block.indexFileName());
        Path path = file.path();
        long now = wallMillis.getAsLong();
        FileIdentity identity;
        IndexFile index;
        try (OpenedFile opened = RegularFiles.open(file.root(), path)) {
            identity = FileIdentity.of(opened);
            index = IndexFile.read(file, opened, identity, maxIndexBytes);
        }
        if (!FileIdentity.of(path).equals(identity)) {
            throw StaleIndexException.replaced(path);
        }
        if (observation.isAheadOf(identity) && observation.hasLength(index.dataLength())) {
            throw StaleIndexException.withoutIndex(data.path(), path);
        }
        if (previous != null && observation.isWithoutItsIndex(previous, identity)) {
            // Cached again, because nothing on disk shows that the two belong to different attempts.
            cache.put(id, previous);
            throw StaleIndexException.withoutIndex(data.path(), path);
        }
        boolean reliable = observation.isReliable() && !identity.mayCoincide(now);
        MapOutput output = new MapOutput(executor, data, index, identity, observation.identity(), reliable);
        if (reliable) {
            cache.put(id, output);
        }
        return output;
    }

    /** Removes an output whose index or data changed, unless it was read again already. */
    void invalidate(RegisteredExecutor executor, ShuffleBlockId block, MapOutput changed) {
        cache.asMap().remove(MapOutputId.of(executor.id(), block), changed);
    }

    /** Removes all entries of these dirs, whose application was removed. */
    public void invalidateAll(Collection<LocalDir> dirs) {
        Set<LocalDir> removed = new HashSet<>(dirs);
        cache.asMap().values().removeIf(output -> removed.contains(output.data().dir()));
    }
}
