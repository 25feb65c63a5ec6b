package dev.mesosshuffle.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;

/** A file that is open for reading, perhaps for several readers at once. For any thread. */
public interface OpenFile {
    /** The open file; whoever uses it holds a reference, and never closes it. */
    FileChannel channel();

    /**
     * Makes sure that a part of the file is in the page cache, so that sending it does not wait for the disk. Waits
     * for the disk, so it belongs on a thread of its.
     *
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @throws IOException if it cannot be read, or the file ends before
     */
    void load(long offset, long length) throws IOException;

    /**
     * Does the same on a thread of the file's disk.
     *
     * @return completes, on any thread, when the part is in the page cache; fails if it cannot be read, or if too much
     *     waits for the disk
     */
    CompletableFuture<Void> loadLater(long offset, long length);

    /** Whether a part of the file is in the page cache. Never waits for the disk, so any thread may ask. */
    PageResidency residency(long offset, long length);

    /** Gives back the reference of one reader; with the last one, the file is closed. */
    void release();
}
