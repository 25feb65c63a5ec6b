package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads whole parts of files. */
final class FileReads {
    /** The size of the buffer that each thread keeps. */
    static final int SCRATCH_BYTES = 64 * 1024;

    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SCRATCH_BYTES));

    private FileReads() {}

    /**
     * The direct buffer of this thread, empty. Its content is lost with the next read of a file.
     *
     * @param bytes how many it is to take, at most {@link #SCRATCH_BYTES}
     */
    static ByteBuffer scratch(int bytes) {
        return SCRATCH.get().clear().limit(bytes);
    }

    /**
     * Reads a number of eight bytes, the highest first.
     *
     * @param position where it begins in the file
     * @throws EOFException if the file ends before its end
     */
    static long readLong(OpenedFile file, long position) throws IOException {
        ByteBuffer number = scratch(Long.BYTES);
        readFully(file, number, position);
        return number.getLong(0);
    }

    /**
     * Fills the rest of a buffer.
     *
     * @param target a direct buffer
     * @param position where the part begins in the file
     * @throws EOFException if the file ends before that
     */
    static void readFully(OpenedFile file, ByteBuffer target, long position) throws IOException {
        long end = position + target.remaining();
        while (target.hasRemaining()) {
            if (file.read(target, end - target.remaining()) < 0) {
                throw new EOFException("file ended at " + file.size() + " (expected: " + end + " bytes)");
            }
        }
    }
}
