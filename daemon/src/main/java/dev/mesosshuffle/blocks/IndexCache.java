package dev.mesosshuffle.blocks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
 * Index files that were read, bounded by what they take in memory. An entry is found by the names of executor, shuffle and
 * map task, and by the very registration of the executor that it was read for. It has no age: what it describes is the
 * data file of one {@link FileIdentity}, which is compared whenever that is opened or looked at. An entry that may
 * coincide with a later one is not kept. For any thread; only {@link #look} and {@link #load} work on a disk.
 */
public final class IndexCache {
    /** An index that would take more of the cache is not kept in memory, so that no file's length can spend it. */
    private static final int MAX_SHARE = 64;

    private final long maxIndexBytes;
    private final LongSupplier wallMillis;
    private final Cache<MapOutputId, MapOutput> cache;
    private final Counter hits;
    private final Counter misses;

    /**
     * Creates a cache.
     *
     * @param maxBytes what all entries may take together, in bytes
     * @param wallMillis the wall clock, as {@link System#currentTimeMillis}, by which files get their times
     * @param metrics gets {@code shuffleService.indexCache.hits} and {@code .misses}
     */
    public IndexCache(long maxBytes, LongSupplier wallMillis, MetricRegistry metrics) {
        this.wallMillis = wallMillis;
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

    /** Looks at a data file, before its index is read, on a thread of the data's disk. */
    DataFileObservation look(BlockFile data) throws IOException {
        long now = wallMillis.getAsLong();
        return new DataFileObservation(FileIdentity.ifPresent(data.path()), now);
    }

    /**
     * Reads the index file, on a thread of its disk, and keeps what is known of it.
     *
     * @param look the data file, before this
     * @param before what was known before, until the data file turned out to be another one; null if nothing was
     * @throws StaleIndexException if index and data do not belong together
     */
    MapOutput load(
            RegisteredExecutor executor, ShuffleBlockId block, DataFileObservation look, @Nullable MapOutput before)
            throws IOException {
        misses.inc();
        MapOutputId id = MapOutputId.of(executor.id(), block);
        BlockFile data = BlockFile.of(executor, block.dataFileName());
        Path path = BlockFile.of(executor, block.indexFileName()).path();
        long now = wallMillis.getAsLong();
        FileIdentity identity = FileIdentity.of(path);
        IndexFile index = IndexFile.read(path, identity, maxIndexBytes);
        if (!FileIdentity.of(path).equals(identity)) {
            throw StaleIndexException.replaced(path);
        }
        if (look.isAheadOf(identity) && look.hasLength(index.dataLength())) {
            throw StaleIndexException.withoutIndex(data.path(), path);
        }
        if (before != null && look.isWithoutItsIndex(before, identity)) {
            // Remembered, for nothing on disk tells how the two came together.
            cache.put(id, before);
            throw StaleIndexException.withoutIndex(data.path(), path);
        }
        boolean reliable = look.isReliable() && !identity.mayCoincide(now);
        MapOutput output = new MapOutput(executor, data, index, identity, look.identity(), reliable);
        if (reliable) {
            cache.put(id, output);
        }
        return output;
    }

    /** Forgets an output whose index or data changed, unless it was read again already. */
    void invalidate(RegisteredExecutor executor, ShuffleBlockId block, MapOutput changed) {
        cache.asMap().remove(MapOutputId.of(executor.id(), block), changed);
    }

    /** Forgets all files of these dirs, whose application is over. */
    public void drop(Collection<LocalDir> dirs) {
        Set<LocalDir> gone = new HashSet<>(dirs);
        cache.asMap().values().removeIf(output -> gone.contains(output.data().dir()));
    }
}
