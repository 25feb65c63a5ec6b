package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A regular file that is open for reading. Whoever opened it closes it, once nobody reads any more. For any thread.
 */
public interface OpenedFile extends AutoCloseable {
    /** The status of this very file, right before it was opened. */
    FileStatus status();

    /**
     * Reads the present status of this very file, whatever its path leads to; where the kernel has no call for that, of what
     * lies at the path.
     *
     * @param path its path
     * @throws IOException if it cannot be read
     */
    FileStatus currentStatus(Path path) throws IOException;

    /** Reads the present length of this very file, in bytes. */
    long size() throws IOException;

    /**
     * Reads some bytes at a position, as {@link FileChannel#read(ByteBuffer, long)} does.
     *
     * @param target a direct buffer
     * @return how many; -1 at the end of the file
     * @throws IOException if they cannot be read
     */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * A channel of this very file, for what takes one. The first call may open it, which takes another descriptor.
     *
     * @throws IOException if it cannot be opened
     */
    FileChannel channel() throws IOException;

    /** Closes it; it must not be in use. */
    @Override
    void close() throws IOException;
}
