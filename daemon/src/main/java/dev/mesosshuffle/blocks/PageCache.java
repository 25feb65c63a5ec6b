package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.PageResidency;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Loads parts of one open file into the page cache. Queries the kernel through a mapping ({@code mincore}) whether a part
 * is resident, at a twentieth of the cost of sending it, and reads what is not. The mapping itself is never read, so a
 * truncated file causes no fault.
 *
 * <p><b>Concurrency:</b> for any thread that holds a reference to the file. {@link #close} follows the last reference.
 */
final class PageCache {
    /** Offsets in a mapping are ints; a power of two aligns mappings to pages. */
    private static final long MAPPING_BYTES = 1L << 30;

    /** A file's length may be any number; what lies beyond is read without asking whether it is resident. */
    private static final int MAX_MAPPINGS = 64;

    private final Path path;
    private final FileChannel channel;
    private final long fileLength;
    /** Whether {@code mincore} is reliable for this file; null until it was tried. */
    private volatile @Nullable Boolean mincoreUsable;

    private final AtomicReferenceArray<@Nullable MappedByteBuffer> mappings;

    /** Creates the view of a file; nothing is mapped yet. */
    PageCache(Path path, FileChannel channel, long fileLength) {
        this.path = path;
        this.channel = channel;
        this.fileLength = fileLength;
        this.mappings = new AtomicReferenceArray<>(
                (int) Math.min(MAX_MAPPINGS, (fileLength + MAPPING_BYTES - 1) / MAPPING_BYTES));
    }

    /** The open file. */
    FileChannel channel() {
        return channel;
    }

    /** Loads a part of the file, unless it is resident. Reads the disk. */
    void load(long offset, long length) throws IOException {
        if (isKnownToBeLoaded(offset, length)) {
            return;
        }
        read(offset, length);
        if (mincoreUsable == null) {
            // Some file systems cache their data elsewhere; there mincore reports every page as missing. The first
            // pages
            // may be evicted already, but the last one is not.
            mincoreUsable = isKnownToBeLoaded(offset + length - 1, 1);
        }
    }

    private boolean isKnownToBeLoaded(long offset, long length) {
        try {
            if (!isMincoreUsable() || !isLoaded(offset, length)) {
                return false;
            }
            mincoreUsable = true;
            return true;
        } catch (IOException e) {
            // A sandbox forbids the mapping; if the disk failed instead, reading fails too.
            mincoreUsable = false;
            return false;
        }
    }

    /** For a process that may not write a file, mincore reports every page as resident. */
    private boolean isMincoreUsable() {
        Boolean known = mincoreUsable;
        return known == null ? Files.isWritable(path) : known;
    }

    /** Finds out, from a part that was just read, whether the kernel can be queried. For a thread of the disk. */
    void learnResidency(long offset, long length) {
        if (residency(offset, length) == PageResidency.UNKNOWN && !Boolean.FALSE.equals(mincoreUsable)) {
            // The first pages may be evicted already, but the last one is not.
            boolean loaded = isKnownToBeLoaded(offset, length) || isKnownToBeLoaded(offset + length - 1, 1);
            if (mincoreUsable == null) {
                mincoreUsable = loaded;
            }
        }
    }

    /** Whether all of a part is resident; false beyond the end of the file. Maps what is not mapped yet. */
    boolean isLoaded(long offset, long length) throws IOException {
        long end = Math.min(offset + length, Math.min(fileLength, mappings.length() * MAPPING_BYTES));
        for (long next = offset; next < end; next += MAPPING_BYTES - next % MAPPING_BYTES) {
            map((int) (next / MAPPING_BYTES));
        }
        return residencyOf(offset, length) == PageResidency.RESIDENT;
    }

    /** Whether a part is resident. Queries the kernel alone, so it never waits for the disk. */
    PageResidency residency(long offset, long length) {
        return Boolean.TRUE.equals(mincoreUsable) ? residencyOf(offset, length) : PageResidency.UNKNOWN;
    }

    private PageResidency residencyOf(long offset, long length) {
        long end = offset + length;
        if (end > fileLength) {
            return PageResidency.MISSING;
        }
        for (long next = offset; next < end; ) {
            long number = next / MAPPING_BYTES;
            MappedByteBuffer mapped = number < mappings.length() ? mappings.get((int) number) : null;
            if (mapped == null) {
                return PageResidency.UNKNOWN;
            }
            int from = (int) (next % MAPPING_BYTES);
            int bytes = (int) Math.min(MAPPING_BYTES - from, end - next);
            if (!mapped.slice(from, bytes).isLoaded()) {
                return PageResidency.MISSING;
            }
            next += bytes;
        }
        return PageResidency.RESIDENT;
    }

    private void map(int number) throws IOException {
        if (mappings.get(number) != null) {
            return;
        }
        long from = number * MAPPING_BYTES;
        MappedByteBuffer mapped = channel.map(MapMode.READ_ONLY, from, Math.min(MAPPING_BYTES, fileLength - from));
        if (!mappings.compareAndSet(number, null, mapped)) {
            BufferUnmapper.unmap(mapped);
        }
    }

    private void read(long offset, long length) throws IOException {
        long end = offset + length;
        for (long next = offset; next < end; ) {
            ByteBuffer scratch = FileReads.scratch((int) Math.min(FileReads.SCRATCH_BYTES, end - next));
            int read = channel.read(scratch, next);
            if (read < 0) {
                throw new EOFException("file ended at " + channel.size() + " (expected: " + end + " bytes)");
            }
            next += read;
        }
    }

    /** Unmaps the file; a mapped file that was deleted would keep its disk space. */
    void close() {
        for (int i = 0; i < mappings.length(); i++) {
            MappedByteBuffer mapped = mappings.getAndSet(i, null);
            if (mapped != null) {
                BufferUnmapper.unmap(mapped);
            }
        }
    }
}
