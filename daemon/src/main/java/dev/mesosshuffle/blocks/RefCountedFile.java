package dev.mesosshuffle.blocks;

import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.PageResidency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open data file. Reference-counted: it is born with one reference, and closed with the last.
 *
 * <p><b>Concurrency:</b> for any thread that holds a reference. The threads that read are never interrupted, for that
 * would close the file under the others.
 */
final class RefCountedFile implements OpenFile {
    private static final Logger logger = LoggerFactory.getLogger(RefCountedFile.class);

    /** How long a look at the path is trusted to still tell the truth about the open file. */
    private static final long TRUST_NANOS = 1_000_000_000;

    private final BlockFile place;
    private final FileChannel channel;
    private final long length;
    private final FileIdentity identity;
    private final PageCache pageCache;
    private final DiskExecutors pools;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile long checkedNanos;

    private RefCountedFile(
            BlockFile place, FileChannel channel, FileIdentity identity, DiskExecutors pools, long nowNanos)
            throws IOException {
        this.place = place;
        this.channel = channel;
        this.length = channel.size();
        this.identity = identity;
        this.pageCache = new PageCache(place.path(), channel, length);
        this.pools = pools;
        this.checkedNanos = nowNanos;
    }

    /** Opens a file, on a thread of its disk. */
    static RefCountedFile open(BlockFile place, DiskExecutors pools, long nowNanos) throws IOException {
        Path path = place.path();
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return new RefCountedFile(place, channel, FileIdentity.of(path), pools, nowNanos);
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /** What was under its name right after it was opened. */
    FileIdentity identity() {
        return identity;
    }

    long length() {
        return length;
    }

    @Override
    public FileChannel channel() {
        return channel;
    }

    /** Takes one more reference, unless the file is closed already. */
    boolean retain() {
        int now = references.get();
        while (now > 0) {
            if (references.compareAndSet(now, now + 1)) {
                return true;
            }
            now = references.get();
        }
        return false;
    }

    @Override
    public void release() {
        if (references.decrementAndGet() == 0) {
            pageCache.close();
            closeQuietly(channel);
        }
    }

    /** Whether {@link #isCurrent} was true a short while ago. */
    boolean wasCurrent(long nowNanos) {
        return nowNanos - checkedNanos < TRUST_NANOS;
    }

    /**
     * Whether the path still leads to this file, and the file is as it was.
     *
     * @throws IOException if there is no such file any more
     */
    boolean isCurrent(long nowNanos) throws IOException {
        boolean current = identity.isStillAt(place.path());
        checkedNanos = nowNanos;
        return current;
    }

    @Override
    public void load(long offset, long bytes) throws IOException {
        pageCache.load(offset, bytes);
    }

    @Override
    public PageResidency residency(long offset, long bytes) {
        return pageCache.residency(offset, bytes);
    }

    @Override
    public CompletableFuture<Void> loadLater(long offset, long bytes) {
        try {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            load(offset, bytes);
                        } catch (IOException e) {
                            pools.countReadError(place.root());
                            throw new UncheckedIOException(e);
                        }
                    },
                    task -> pools.execute(place.root(), task));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Closing a file that was only read loses nothing, but a failure to do so is worth a line. */
    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            logger.warn("A data file could not be closed ({}); its descriptor may be lost", ErrorMessages.of(e));
        }
    }
}
