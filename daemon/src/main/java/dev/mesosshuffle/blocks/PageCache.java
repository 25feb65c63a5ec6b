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
 * Brings parts of one open file into the page cache. Whether a part is there already is asked of the kernel through a
 * mapping ({@code mincore}), which costs a twentieth of what sending it costs. The mapping itself is never read, so a
 * file that is cut short does no harm. What is not there is read.
 *
 * <p><b>Concurrency:</b> for any thread that holds a reference to the file. {@link #close} is called when none is left.
 */
final class PageCache {
    /** An offset in a mapping is an int; a power of two keeps mappings aligned to pages. */
    private static final long MAPPING_BYTES = 1L << 30;

    private static final int SCRATCH_BYTES = 64 * 1024;
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SCRATCH_BYTES));

    private final Path path;
    private final FileChannel channel;
    private final long fileLength;
    /** Whether what the kernel says of this file can be believed; null until it was tried. */
    private volatile @Nullable Boolean kernelTells;

    private final AtomicReferenceArray<@Nullable MappedByteBuffer> mappings;

    /** Creates the view of a file; nothing is mapped yet. */
    PageCache(Path path, FileChannel channel, long fileLength) {
        this.path = path;
        this.channel = channel;
        this.fileLength = fileLength;
        this.mappings = new AtomicReferenceArray<>(Math.toIntExact((fileLength + MAPPING_BYTES - 1) / MAPPING_BYTES));
    }

    /** Has a part of the file in the page cache when it returns. */
    void load(long offset, long length) throws IOException {
        if (isKnownToBeLoaded(offset, length)) {
            return;
        }
        read(offset, length);
        if (kernelTells == null) {
            // Some file systems keep what they read elsewhere; there the kernel calls all of it missing, for ever. What
            // was
            // read first may be gone again already, but what was read last is not.
            kernelTells = isKnownToBeLoaded(offset + length - 1, 1);
        }
    }

    private boolean isKnownToBeLoaded(long offset, long length) {
        try {
            if (!mayTell() || !isLoaded(offset, length)) {
                return false;
            }
            kernelTells = true;
            return true;
        } catch (IOException e) {
            // A sandbox forbids the question; if it is the disk instead, reading will tell.
            kernelTells = false;
            return false;
        }
    }

    /** To a process that may not write a file, the kernel says of every part that it is there. */
    private boolean mayTell() {
        Boolean known = kernelTells;
        return known == null ? Files.isWritable(path) : known;
    }

    /** Whether the kernel has all of a part in memory; false if a part is beyond the end. */
    boolean isLoaded(long offset, long length) throws IOException {
        long end = Math.min(offset + length, fileLength);
        for (long next = offset; next < end; next += MAPPING_BYTES - next % MAPPING_BYTES) {
            map((int) (next / MAPPING_BYTES));
        }
        return askKernel(offset, length) == PageResidency.RESIDENT;
    }

    /** Whether a part is in memory. Asks the kernel alone, so it never waits for the disk. */
    PageResidency residency(long offset, long length) {
        return Boolean.TRUE.equals(kernelTells) ? askKernel(offset, length) : PageResidency.UNKNOWN;
    }

    private PageResidency askKernel(long offset, long length) {
        long end = offset + length;
        if (end > fileLength) {
            return PageResidency.MISSING;
        }
        for (long next = offset; next < end; ) {
            MappedByteBuffer mapped = mappings.get((int) (next / MAPPING_BYTES));
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
        MappedByteBuffer made = channel.map(MapMode.READ_ONLY, from, Math.min(MAPPING_BYTES, fileLength - from));
        if (!mappings.compareAndSet(number, null, made)) {
            BufferUnmapper.unmap(made);
        }
    }

    private void read(long offset, long length) throws IOException {
        ByteBuffer scratch = SCRATCH.get();
        long end = offset + length;
        for (long next = offset; next < end; ) {
            scratch.clear().limit((int) Math.min(SCRATCH_BYTES, end - next));
            int read = channel.read(scratch, next);
            if (read < 0) {
                throw new EOFException("file ended at " + channel.size() + " (expected: " + end + " bytes)");
            }
            next += read;
        }
    }

    /** Takes the mappings away; a file that was deleted would keep its space otherwise. */
    void close() {
        for (int i = 0; i < mappings.length(); i++) {
            MappedByteBuffer mapped = mappings.getAndSet(i, null);
            if (mapped != null) {
                BufferUnmapper.unmap(mapped);
            }
        }
    }
}
