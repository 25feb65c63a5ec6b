package dev.mesosshuffle.blocks;

import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.OpenFile;
import dev.mesosshuffle.model.PageResidency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
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

    /** How long a successful check stays valid. */
    private static final long REVALIDATE_AFTER_NANOS = 1_000_000_000;

    /** How long one by the path does, of a file that is checked by its descriptor meanwhile. */
    private static final long REVALIDATE_PATH_AFTER_NANOS = 10 * REVALIDATE_AFTER_NANOS;

    private final BlockFile blockFile;
    private final OpenedFile file;
    private final FileIdentity identity;
    private final DiskExecutors diskExecutors;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile long checkedNanos;
    private volatile long pathCheckedNanos;

    /** Of a file with large blocks, once one of them was read; null before. */
    private volatile @Nullable PageCache pageCache;

    private RefCountedFile(BlockFile blockFile, OpenedFile file, DiskExecutors diskExecutors, long nowNanos) {
        this.blockFile = blockFile;
        this.file = file;
        this.identity = FileIdentity.of(file);
        this.diskExecutors = diskExecutors;
        this.checkedNanos = nowNanos;
        this.pathCheckedNanos = nowNanos;
    }

    /** Opens a regular file, without following a link. Reads its disk. */
    static RefCountedFile open(BlockFile blockFile, DiskExecutors diskExecutors, long nowNanos) throws IOException {
        OpenedFile opened = RegularFiles.open(blockFile.root(), blockFile.path());
        try {
            return new RefCountedFile(blockFile, opened, diskExecutors, nowNanos);
        } catch (RuntimeException | Error e) {
            closeQuietly(opened);
            throw e;
        }
    }

    /** The file's identity when it was opened. */
    FileIdentity identity() {
        return identity;
    }

    /** The file's length when it was opened, in bytes. */
    long length() {
        return identity.size();
    }

    @Override
    public FileChannel channel() {
        return pageCacheOfLoaded().channel();
    }

    private PageCache pageCacheOfLoaded() {
        PageCache known = pageCache;
        if (known == null) {
            throw new IllegalStateException("nothing of the file was loaded");
        }
        return known;
    }

    /** Opens a channel the first time. */
    private PageCache pageCache() throws IOException {
        PageCache known = pageCache;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            known = pageCache;
            if (known == null) {
                known = new PageCache(blockFile.path(), file.channel(), length());
                pageCache = known;
            }
            return known;
        }
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
            PageCache known = pageCache;
            try {
                if (known != null) {
                    known.close();
                }
            } finally {
                closeQuietly(file);
            }
        }
    }

    /** Whether the last check, by {@link #revalidate} or on opening, is recent enough. */
    boolean isFresh(long nowNanos) {
        return nowNanos - checkedNanos < REVALIDATE_AFTER_NANOS;
    }

    /**
     * Checks whether the file is unchanged, and the path still leads to it. Reads the disk.
     *
     * @param immutable whether nobody writes another file under its name: then what the descriptor says of it is enough for a
     *     while, as only a directory or a disk above it can be exchanged unnoticed
     * @throws IOException if the file no longer exists
     */
    boolean revalidate(long nowNanos, boolean immutable) throws IOException {
        Path path = blockFile.path();
        boolean current = immutable
                && nowNanos - pathCheckedNanos < REVALIDATE_PATH_AFTER_NANOS
                && identity.isStillThatOf(file.currentStatus(path));
        if (!current) {
            current = identity.isStillAt(path);
            pathCheckedNanos = nowNanos;
        }
        checkedNanos = nowNanos;
        return current;
    }

    @Override
    public void load(long offset, long bytes) throws IOException {
        pageCache().load(offset, bytes);
    }

    @Override
    public PageResidency residency(long offset, long bytes) {
        PageCache known = pageCache;
        return known == null ? PageResidency.UNKNOWN : known.residency(offset, bytes);
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
                    pageCache().learnResidency(offset, bytes);
                },
                listener);
    }

    @Override
    public boolean readResident(long offset, ByteBuffer target) throws IOException {
        if (residency(offset, target.remaining()) != PageResidency.RESIDENT) {
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

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        FileReads.readFully(file, target, offset);
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
    private static void closeQuietly(OpenedFile file) {
        try {
            file.close();
        } catch (IOException e) {
            logger.warn("A data file could not be closed ({}); its descriptor may be lost", ErrorMessages.of(e));
        }
    }
}
