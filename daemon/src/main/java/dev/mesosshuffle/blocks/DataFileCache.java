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
 * The data files of map outputs that are open, bounded in number, and closed when nobody has asked for them for 30 s.
 * The cache holds one reference to each; a reader holds another, so that a file that leaves the cache is closed when
 * its last block has left.
 *
 * <p>A file is opened only as the one that the output's index describes ({@link MapOutput#dataIdentity}), and looked at
 * again each time it is asked for, or once a second if it is written once.
 *
 * <p><b>Concurrency:</b> for any thread; what opens or looks at a file belongs on a thread of its disk.
 */
public final class DataFileCache implements AutoCloseable {
    private static final Duration UNUSED = Duration.ofSeconds(30);

    private final DiskExecutors pools;
    private final Ticker ticker;
    private final Cache<MapOutput, RefCountedFile> cache;
    private final Counter hits;
    private final Counter misses;

    /**
     * Creates a cache.
     *
     * @param maxFiles how many files may be kept open when nobody reads them
     * @param pools the threads of each disk
     * @param ticker the time
     * @param metrics gets {@code shuffleService.fileCache.hits}, {@code .misses} and {@code .size}
     */
    public DataFileCache(int maxFiles, DiskExecutors pools, Ticker ticker, MetricRegistry metrics) {
        this.pools = pools;
        this.ticker = ticker;
        this.cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .scheduler(Scheduler.systemScheduler())
                .ticker(ticker::read)
                .maximumSize(maxFiles)
                .expireAfterAccess(UNUSED)
                .evictionListener((@Nullable MapOutput output, @Nullable RefCountedFile file, RemovalCause cause) -> {
                    if (output != null && file != null) {
                        letGo(output, file);
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
     * @param writtenOnce whether nobody replaces the file, so that it is enough to look now and then whether it is still
     *     there; else this is looked at each time
     * @throws StaleIndexException if it is not the file that the output's index belongs to
     * @throws IOException if it cannot be opened
     */
    RefCountedFile open(MapOutput output, boolean writtenOnce) throws IOException {
        long now = ticker.read();
        RefCountedFile recent = output.keptOpen();
        // For a second after each look at the file, the cache is not asked, which is 3 % of the cost of a block of 1
        // KB.
        if (writtenOnce && recent != null && recent.wasCurrent(now) && recent.retain()) {
            hits.inc();
            return recent;
        }
        RefCountedFile cached = cache.getIfPresent(output);
        if (cached != null && cached.retain()) {
            try {
                if (cached.isCurrent(now)) {
                    hits.inc();
                    return cached;
                }
            } catch (IOException e) {
                cached.release();
                throw e;
            }
            cached.release();
            throw StaleIndexException.replaced(output.data().path());
        }
        misses.inc();
        return openAgain(output, now);
    }

    private RefCountedFile openAgain(MapOutput output, long now) throws IOException {
        RefCountedFile file = RefCountedFile.open(output.data(), pools, now);
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
        // One reference for the reader, before the other one can be dropped.
        file.retain();
        RefCountedFile other = cache.asMap().putIfAbsent(output, file);
        if (other != null) {
            // Another reader was faster; this file goes when its block has left.
            file.release();
        } else {
            output.setKeptOpen(file);
        }
        return file;
    }

    /** How many files the cache keeps open, about. */
    long size() {
        return cache.estimatedSize();
    }

    /** Opens a file that is not shared: an RDD block's, which its executor may write again at any time. */
    RefCountedFile openUncached(BlockFile place) throws IOException {
        return RefCountedFile.open(place, pools, ticker.read());
    }

    /** Drops the cache's reference to an output's file. */
    void close(MapOutput output) {
        RefCountedFile file = cache.asMap().remove(output);
        if (file != null) {
            letGo(output, file);
        }
    }

    /** The index, which stays in memory for longer, is not to keep what is left of a file. */
    private static void letGo(MapOutput output, RefCountedFile file) {
        output.setKeptOpen(null);
        file.release();
    }

    /** Drops the cache's references to all files of these dirs, whose application is over. */
    public void drop(Collection<LocalDir> dirs) {
        Set<LocalDir> gone = new HashSet<>(dirs);
        for (MapOutput output : cache.asMap().keySet()) {
            if (gone.contains(output.data().dir())) {
                close(output);
            }
        }
    }

    /** Drops all. */
    @Override
    public void close() {
        cache.asMap().keySet().forEach(this::close);
    }
}
