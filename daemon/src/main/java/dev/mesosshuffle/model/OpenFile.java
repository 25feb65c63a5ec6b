package dev.mesosshuffle.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;

/** A file that is open for reading, shared by its readers. For any thread. */
public interface OpenFile {
    /** The open file; callers hold a reference, and never close it. */
    FileChannel channel();

    /**
     * Loads a part of the file into the page cache, so that sending it does not wait for the disk. Reads the disk, so it
     * belongs on one of its threads.
     *
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @throws IOException if it cannot be read, or the file ends before
     */
    void load(long offset, long length) throws IOException;

    /**
     * Does what {@link #load} does, on a thread of the file's disk.
     *
     * @return completes, on any thread, when the part is in the page cache; fails if the part cannot be read, or the
     *     disk's queue is full
     */
    CompletableFuture<Void> loadAsync(long offset, long length);

    /**
     * Reads a part of the file into memory, on a thread of the file's disk.
     *
     * @param offset where the part begins, in bytes
     * @param target gets as many bytes as remain in it; the caller touches it again only after completion
     * @return completes, on any thread, when the target is full; fails if the part cannot be read, the file ends before, or
     *     the disk's queue is full
     */
    CompletableFuture<Void> readAsync(long offset, ByteBuffer target);

    /** Whether a part of the file is in the page cache. Never waits for the disk. */
    PageResidency residency(long offset, long length);

    /** Releases the reference of one reader; the last one closes the file. */
    void release();
}
