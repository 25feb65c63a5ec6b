package dev.mesosshuffle.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** A file that is open for reading, shared by its readers. For any thread. */
public interface OpenFile {
    /** The open file, a part of which was loaded; callers hold a reference, and never close it. */
    FileChannel channel();

    /**
     * Reads a part of the file into memory. Reads the disk, so it belongs on one of its threads.
     *
     * @param offset where the part begins, in bytes
     * @param target a direct buffer, which gets as many bytes as remain in it
     * @throws IOException if it cannot be read, or the file ends before
     */
    void read(long offset, ByteBuffer target) throws IOException;

    /**
     * Loads a part of the file into the page cache, so that sending it does not wait for the disk. Reads the disk, so it
     * belongs on one of its threads.
     *
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @throws IOException if it cannot be read, or the file ends before
     */
    void load(long offset, long length) throws IOException;

    /** Learns how a read ended. */
    interface ReadListener {
        /**
         * The read has ended, and touches nothing more. Called once, on any thread.
         *
         * @param failure null if everything was read; a {@link java.util.concurrent.RejectedExecutionException} if the disk's
         *     queue is full
         */
        void onReadEnd(@Nullable Throwable failure);
    }

    /**
     * Does what {@link #load} does, on a thread of the file's disk. If it throws, as for lack of memory, nothing is read, and
     * the listener is not called.
     *
     * @param client whose turn at the disk it takes
     */
    void loadAsync(Object client, long offset, long length, ReadListener listener);

    /**
     * Reads a part of the file into memory, on a thread of the file's disk. If it throws, as for lack of memory, nothing is
     * read, and the listener is not called.
     *
     * @param client whose turn at the disk it takes
     * @param offset where the part begins, in bytes
     * @param target a direct buffer, which gets as many bytes as remain in it; the caller touches it again only after the end
     */
    void readAsync(Object client, long offset, ByteBuffer target, ReadListener listener);

    /**
     * Reads a part of the file into memory if it is in the page cache, and nothing if it is not, or that is unknown. Never
     * waits for the disk.
     *
     * @param offset where the part begins, in bytes
     * @param target a direct buffer, which gets as many bytes as remain in it, or none
     * @return whether it was read
     * @throws IOException if it cannot be read
     */
    boolean readResident(long offset, ByteBuffer target) throws IOException;

    /** Whether a part of the file is in the page cache. Never waits for the disk. */
    PageResidency residency(long offset, long length);

    /** Releases the reference of one reader; the last one closes the file. */
    void release();
}
