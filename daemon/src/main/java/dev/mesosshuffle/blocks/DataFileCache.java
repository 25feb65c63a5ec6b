package dev.mesosshuffle.blocks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Open data files of map outputs, bounded in number, and closed after 30 s without a request. The cache holds one
 * reference to each file and each reader another, so that an evicted file is closed when its last block was sent.
 *
 * <p>A file is used only if it is the one that the output's index describes ({@link MapOutput#dataIdentity}). It is
 * revalidated for each request, or once a second if it is immutable.
 *
 * <p><b>Concurrency:</b> for any thread; the methods that open a file read its disk.
 */
public final class DataFileCache implements AutoCloseable {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    private final DiskExecutors diskExecutors;
    private final Ticker ticker;
    private final Cache<MapOutput, RefCountedFile> cache;
    private final Counter hits;
    private final Counter misses;

    /**
     * Creates a cache.
     *
     * @param maxFiles the number of files to keep open, in addition to those that are read
     * @param diskExecutors the threads of each disk
     * @param ticker the time
     * @param metrics gets {@code shuffleService.fileCache.hits}, {@code .misses} and {@code .size}
     */
    public DataFileCache(int maxFiles, DiskExecutors diskExecutors, Ticker ticker, MetricRegistry metrics) {
        this.diskExecutors = diskExecutors;
        this.ticker = ticker;
        this.cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .scheduler(Scheduler.systemScheduler())
                .ticker(ticker::read)
                .maximumSize(maxFiles)
                .expireAfterAccess(IDLE_TIMEOUT)
                .evictionListener((@Nullable MapOutput output, @Nullable RefCountedFile file, RemovalCause cause) -> {
                    if (output != null && file != null) {
                        evict(output, file);
                    }
                })
                .build();
        this.hits = metrics.counter("shuffleService.fileCache.hits");
        this.misses = metrics.counter("shuffleService.fileCache.misses");
        metrics.gauge("shuffleService.fileCache.size", () -> (Gauge<Long>) this::size);
    }

    /**
     * Opens the data file of a map output, or takes one more reference to it.
     *
     * @param immutable whether nobody replaces the file, so that it is enough to revalidate it now and then
     * @throws StaleIndexException if it is not the file that the output's index describes
     * @throws IOException if it cannot be opened
     */
    RefCountedFile open(MapOutput output, boolean immutable) throws IOException {
        long now = ticker.read();
        RefCountedFile recent = output.cachedFile();
        // Bypasses the cache, whose lookup is 3 % of the cost of a block of 1 KB.
        if (immutable && recent != null && recent.isFresh(now) && recent.retain()) {
            hits.inc();
            return recent;
        }
        RefCountedFile cached = cache.getIfPresent(output);
        if (cached != null && cached.retain()) {
            boolean current = false;
            try {
                current = cached.revalidate(now, immutable);
            } finally {
                if (!current) {
                    cached.release();
                }
            }
            if (current) {
                hits.inc();
                return cached;
            }
            throw StaleIndexException.replaced(output.data().path());
        }
        misses.inc();
        return openAndCache(output, now);
    }

    private RefCountedFile openAndCache(MapOutput output, long now) throws IOException {
        RefCountedFile file = RefCountedFile.open(output.data(), diskExecutors, now);
        if (file.length() != output.index().dataLength()) {
            file.release();
            throw StaleIndexException.wrongLength(
                    output.data(), file.length(), output.index().dataLength());
        }
        if (!file.identity().equals(output.dataIdentity())) {
            file.release();
            throw StaleIndexException.replaced(output.data().path());
        }
        if (!output.isReliable()) {
            return file;
        }
        add(output, file);
        return file;
    }

    /** Keeps a file open, unless another reader was faster: then it is closed when its block was sent. */
    private void add(MapOutput output, RefCountedFile file) {
        // The reference of the cache, which may release it at once.
        file.retain();
        boolean added = false;
        boolean failed = true;
        try {
            added = cache.asMap().putIfAbsent(output, file) == null;
            failed = false;
        } finally {
            if (failed) {
                // No memory: nobody gets it, so nobody else would close it.
                cache.asMap().remove(output, file);
                file.release();
            }
            if (!added) {
                file.release();
            }
        }
        if (added) {
            output.setCachedFile(file);
        }
    }

    /** The approximate number of files that the cache keeps open. */
    long size() {
        return cache.estimatedSize();
    }

    /** Opens a file that is not cached: an RDD block's, which its executor may write again at any time. */
    RefCountedFile openUncached(BlockFile file) throws IOException {
        return RefCountedFile.open(file, diskExecutors, ticker.read());
    }

    /** Removes an output's file from the cache. */
    void close(MapOutput output) {
        RefCountedFile file = cache.asMap().remove(output);
        if (file != null) {
            evict(output, file);
        }
    }

    /** The index stays in memory for longer and must not keep the file's remains reachable. */
    private static void evict(MapOutput output, RefCountedFile file) {
        output.setCachedFile(null);
        file.release();
    }

    /** Removes all files of these dirs, whose application was removed. */
    public void invalidateAll(Collection<LocalDir> dirs) {
        Set<LocalDir> removed = new HashSet<>(dirs);
        for (MapOutput output : cache.asMap().keySet()) {
            if (removed.contains(output.data().dir())) {
                close(output);
            }
        }
    }

    /** Removes all files. */
    @Override
    public void close() {
        cache.asMap().keySet().forEach(this::close);
    }
}
