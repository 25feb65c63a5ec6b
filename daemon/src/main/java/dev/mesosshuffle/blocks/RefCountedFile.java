package dev.mesosshuffle.blocks;

import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.PageResidency;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open data file. It is created with one reference, and closed with the last.
 *
 * <p><b>Concurrency:</b> for any thread that holds a reference. The threads that read are never interrupted, because that
 * would close the file for all readers.
 */
final class RefCountedFile implements OpenFile {
    private static final Logger logger = LoggerFactory.getLogger(RefCountedFile.class);

    /** How long a successful check of the path stays valid. */
    private static final long REVALIDATE_AFTER_NANOS = 1_000_000_000;

    private final BlockFile blockFile;
    private final FileChannel channel;
    private final long length;
    private final FileIdentity identity;
    private final PageCache pageCache;
    private final DiskExecutors diskExecutors;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile long checkedNanos;

    private RefCountedFile(
            BlockFile blockFile, FileChannel channel, FileIdentity identity, DiskExecutors diskExecutors, long nowNanos)
            throws IOException {
        this.blockFile = blockFile;
        this.channel = channel;
        this.length = channel.size();
        this.identity = identity;
        this.pageCache = new PageCache(blockFile.path(), channel, length);
        this.diskExecutors = diskExecutors;
        this.checkedNanos = nowNanos;
    }

    /** Opens a regular file, without following a link. Reads its disk. */
    static RefCountedFile open(BlockFile blockFile, DiskExecutors diskExecutors, long nowNanos) throws IOException {
        OpenedFile opened = RegularFiles.open(blockFile.root(), blockFile.path());
        try {
            return new RefCountedFile(blockFile, opened.channel(), FileIdentity.of(opened), diskExecutors, nowNanos);
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened.channel());
            throw e;
        }
    }

    /** The file's identity when it was opened. */
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

    /** Acquires one more reference; returns false if the file is closed already. */
    boolean retain() {
        int count = references.get();
        while (count > 0) {
            if (references.compareAndSet(count, count + 1)) {
                return true;
            }
            count = references.get();
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

    /** Whether the last check, by {@link #revalidate} or on opening, is recent enough. */
    boolean isFresh(long nowNanos) {
        return nowNanos - checkedNanos < REVALIDATE_AFTER_NANOS;
    }

    /**
     * Checks whether the path still leads to this file, and the file is unchanged. Reads the disk.
     *
     * @throws IOException if the file no longer exists
     */
    boolean revalidate(long nowNanos) throws IOException {
        boolean current = identity.isStillAt(blockFile.path());
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
    public void loadAsync(Object client, long offset, long bytes, ReadListener listener) {
        onDisk(client, () -> load(offset, bytes), listener);
    }

    @Override
    public void readAsync(Object client, long offset, ByteBuffer target, ReadListener listener) {
        int bytes = target.remaining();
        onDisk(
                client,
                () -> {
                    read(offset, target);
                    pageCache.learnResidency(offset, bytes);
                },
                listener);
    }

    @Override
    public boolean readResident(long offset, ByteBuffer target) throws IOException {
        if (pageCache.residency(offset, target.remaining()) != PageResidency.RESIDENT) {
            return false;
        }
        try {
            read(offset, target);
            return true;
        } catch (IOException e) {
            diskExecutors.countReadError(blockFile.root());
            throw e;
        }
    }

    private void read(long offset, ByteBuffer target) throws IOException {
        long end = offset + target.remaining();
        while (target.hasRemaining()) {
            if (channel.read(target, end - target.remaining()) < 0) {
                throw new EOFException("file ended at " + channel.size() + " (expected: " + end + " bytes)");
            }
        }
    }

    private void onDisk(Object client, DiskRead.Work work, ReadListener listener) {
        DiskRead read = new DiskRead(work, () -> diskExecutors.countReadError(blockFile.root()), listener);
        try {
            diskExecutors.execute(blockFile.root(), client, read);
        } catch (RejectedExecutionException e) {
            listener.onReadEnd(e);
        } catch (RuntimeException | Error e) {
            // It may have been queued before memory ran out, and even run.
            if (read.cancel()) {
                throw e;
            }
        }
    }

    /** A failed close of a file that was only read loses no data. */
    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            logger.warn("A data file could not be closed ({}); its descriptor may be lost", ErrorMessages.of(e));
        }
    }
}
