package dev.mesosshuffle.model;

import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that is open for reading. Whoever holds it owns it and closes it exactly once; it is handed on
 * between threads, never shared by them.
 */
public final class OpenSegment implements AutoCloseable {
    private final @Nullable FileChannel channel;
    private final long offset;
    private final long length;
    private final Runnable release;

    private OpenSegment(@Nullable FileChannel channel, long offset, long length, Runnable release) {
        this.channel = channel;
        this.offset = offset;
        this.length = length;
        this.release = release;
    }

    /**
     * A part of an open file.
     *
     * @param channel the file; never closed by this class
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @param release gives the channel back to its owner
     */
    public static OpenSegment of(FileChannel channel, long offset, long length, Runnable release) {
        return new OpenSegment(channel, offset, length, release);
    }

    /** An empty block; it has no file. */
    public static OpenSegment empty() {
        return new OpenSegment(null, 0, 0, () -> {});
    }

    /**
     * The open file.
     *
     * @throws IllegalStateException if the segment is empty
     */
    public FileChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("an empty segment has no file");
        }
        return channel;
    }

    /** Where the part begins, in bytes. */
    public long offset() {
        return offset;
    }

    /** How long it is, in bytes. */
    public long length() {
        return length;
    }

    @Override
    public void close() {
        release.run();
    }
}
